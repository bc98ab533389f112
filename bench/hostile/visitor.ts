/** An ordinary visitor, who follows a link of somebody who has nothing to do with an attack. */

import { connect, type Socket } from "node:net";

import { threadTime } from "../../tools/process-cpu.ts";
import { median, quantile } from "../support/statistics.ts";
import type { Target } from "./target.ts";

export interface Waits {
  readonly median: number;
  readonly p99: number;
  readonly all: readonly number[];
  /**
   * What the server's thread computed meanwhile, in milliseconds: unlike the wait itself, it does
   * not depend on what else the machine does. Counted in steps of the kernel's clock.
   */
  readonly thread: { readonly median: number; readonly p99: number };
}

const EVERY_MS = 10;
/** So many may be under way: each connection carries one request at a time. */
const CONNECTIONS = 200;

const ordinary = new WeakMap<Target, string>();

/**
 * Follows the link every few milliseconds until the work is done, and tells what each answer took
 * from the moment at which it was due: a server that answers nobody must not slow the visitor down.
 */
export async function visitWhile(target: Target, work: Promise<unknown>): Promise<Waits> {
  const code = ordinary.get(target) ?? (await target.createLink());
  ordinary.set(target, code);
  const text = `GET /${code} HTTP/1.1\r\nHost: localhost:8787\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\r\nCF-Connecting-IP: 198.51.100.7\r\n\r\n`;
  const idle: Socket[] = [];
  const waits: number[] = [];
  const computed: number[] = [];
  const visits: Promise<void>[] = [];
  const state = { isOver: false };
  const over = work.finally(() => (state.isOver = true));
  let due = performance.now();
  while (!state.isOver) {
    due += EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    if (visits.length - waits.length >= CONNECTIONS) continue;
    const dueAt = due;
    const visit = async (): Promise<void> => {
      const before = threadTime(target.pid);
      const socket = idle.pop() ?? connect({ port: target.port, host: "127.0.0.1", noDelay: true });
      const status = await answerTo(socket, text);
      if (status !== "302") throw new Error(`The ordinary link answered ${status}.`);
      waits.push(performance.now() - dueAt);
      computed.push(threadTime(target.pid) - before);
      idle.push(socket);
    };
    visits.push(visit());
  }
  await Promise.all([over, ...visits]);
  for (const socket of idle) socket.destroy();
  return {
    median: median(waits),
    p99: quantile(waits, 0.99),
    all: waits,
    thread: { median: median(computed), p99: quantile(computed, 0.99) },
  };
}

/** A redirect has no body, so its headers are the whole answer. */
function answerTo(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const read = (chunk: Buffer): void => {
      answer += chunk.toString("latin1");
      if (!answer.includes("\r\n\r\n")) return;
      socket.off("data", read);
      socket.off("error", reject);
      resolve(answer.slice(9, 12));
    };
    socket.on("data", read);
    socket.once("error", reject);
    socket.write(text);
  });
}
