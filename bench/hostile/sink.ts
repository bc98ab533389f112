/** What the attacked Worker may talk to: accepts webhooks, and knows no name when asked as a DNS. */

import { createServer } from "node:http";

import { type Listening, listenOnLoopback } from "../../tools/loopback.ts";

export type Sink = Listening;

/** Listens on a free port of 127.0.0.1. */
export async function startSink(): Promise<Sink> {
  const server = createServer((request, response) => {
    request.resume();
    request.once("end", () => {
      response.setHeader("Content-Type", "application/dns-json");
      response.end('{"Status":3}');
    });
  });
  return listenOnLoopback(server);
}
