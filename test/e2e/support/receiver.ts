/**
 * A receiver of webhooks on this machine, which answers as the path says and remembers what it got.
 *
 * `POST /<box>/<answer>,<answer>,…`: the n-th request gets the n-th answer, later ones the last.
 * An answer is a status, or `hang`, `drip`, `huge`, `reset`, `late` (200 after two seconds), or
 * a 200 whose body cannot be read: `stuck` after a byte, `cut` off, `gzip` in name only.
 * `GET /<box>`: what came, as JSON.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { type Listening, listenOnLoopback } from "../../../tools/loopback.ts";
import type { ReceivedPost } from "../../support/received-post.ts";

export type Receiver = Listening;

const LATE_MS = 2_000;
const HUGE_BYTES = 8_000_000;
const RETRY_AFTER_SECONDS = "2";

/** Listens on a free port of 127.0.0.1. */
export async function startReceiver(): Promise<Receiver> {
  const boxes = new Map<string, ReceivedPost[]>();
  const server = createServer((request, response) => {
    const [, box = "", answers = ""] = (request.url ?? "").split("/");
    const received = boxes.get(box) ?? [];
    boxes.set(box, received);
    if (request.method === "GET") {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(received));
      return;
    }
    const plan = answers.split(",");
    const chosen = plan[Math.min(received.length, plan.length - 1)] ?? "200";
    const post = { atMs: Date.now(), headers: headersOf(request), body: "" };
    received.push(post);
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (post.body += chunk));
    request.on("end", () => answer(response, chosen));
    request.on("error", () => {});
  });
  return listenOnLoopback(server);
}

/** As a global setup of vitest: tests find its address under `receiver`. */
export default async function setup(project: {
  provide(key: "receiver", value: string): void;
}): Promise<() => Promise<void>> {
  const receiver = await startReceiver();
  project.provide("receiver", receiver.origin);
  return () => receiver.close();
}

function answer(response: ServerResponse, chosen: string): void {
  switch (chosen) {
    case "hang":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "late":
      setTimeout(() => response.end("late"), LATE_MS);
      return;
    case "drip": {
      response.writeHead(200);
      response.flushHeaders();
      const drip = setInterval(() => response.write("."), 200);
      response.on("close", () => clearInterval(drip));
      return;
    }
    case "stuck":
      response.writeHead(200);
      response.write(".");
      return;
    case "cut":
      response.writeHead(200, { "Content-Length": "100" });
      response.write("cut", () => setTimeout(() => response.socket?.resetAndDestroy(), 50));
      return;
    case "gzip":
      response.writeHead(200, { "Content-Encoding": "gzip" });
      response.end("this is plain text");
      return;
    case "huge":
      response.writeHead(200);
      response.end("x".repeat(HUGE_BYTES));
      return;
    default:
      answerStatus(response, Number(chosen));
  }
}

function answerStatus(response: ServerResponse, status: number): void {
  const headers: Record<string, string> = {};
  if (status === 301) headers["Location"] = "/redirected/200";
  if (status === 429 || status === 503) headers["Retry-After"] = RETRY_AFTER_SECONDS;
  response.writeHead(status, headers);
  response.end(status === 204 ? undefined : `answered ${status}`);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
