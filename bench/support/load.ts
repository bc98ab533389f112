/**
 * A load client on bare sockets: it keeps so many requests in flight over kept-alive connections,
 * and spends as little as it can, since it shares the machine with what it measures.
 */

import { connect, type Socket } from "node:net";

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly requests: number;
  /** Whole requests, as bytes; taken in turns. */
  next(): Buffer;
  readonly expectedStatuses: readonly number[];
}

export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds from a request's last byte out to its answer's last byte in. */
  readonly latencies: readonly number[];
}

/** Sends all requests, and waits for all answers; an unexpected status fails the run. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  let sent = 0;
  const start = performance.now();
  const connection = async (): Promise<void> => {
    const socket = connect({ port: load.port, host: "127.0.0.1", noDelay: true });
    try {
      const answers = answersOf(socket);
      while (sent < load.requests) {
        sent += 1;
        const sentAt = performance.now();
        socket.write(load.next());
        const status = await answers();
        if (!load.expectedStatuses.includes(status)) throw new Error(`An answer was ${status}.`);
        latencies.push(performance.now() - sentAt);
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  return { seconds: (performance.now() - start) / 1_000, latencies };
}

interface Waiting {
  resolve(status: number): void;
  reject(error: Error): void;
}

/** Reads one answer after the other: its status, when its body is in too. */
function answersOf(socket: Socket): () => Promise<number> {
  let text = "";
  let waiting: Waiting | null = null;
  const settle = (): void => {
    const end = endOfAnswer(text);
    if (waiting === null || end === null) return;
    const status = Number(text.slice(9, 12));
    text = text.slice(end);
    const answered = waiting;
    waiting = null;
    answered.resolve(status);
  };
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
    settle();
  });
  socket.on("error", (error) => waiting?.reject(error));
  socket.on("close", () => waiting?.reject(new Error("The connection was closed.")));
  return async () =>
    await new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      settle();
    });
}

/** Gives where an HTTP/1.1 answer ends, or null while it is not all there. */
function endOfAnswer(text: string): number | null {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return null;
  const headers = text.slice(0, head);
  const length = /\r\ncontent-length: (\d+)/i.exec(headers)?.[1];
  if (length !== undefined) {
    const end = head + 4 + Number(length);
    return text.length >= end ? end : null;
  }
  if (!/\r\ntransfer-encoding: chunked/i.test(headers)) return head + 4;
  const last = text.indexOf("0\r\n\r\n", head + 4);
  return last === -1 ? null : last + 5;
}
