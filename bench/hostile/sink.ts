/** What the attacked Worker may talk to: accepts webhooks, and knows no name when asked as a DNS. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Sink {
  readonly origin: string;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startSink(): Promise<Sink> {
  const server = createServer((request, response) => {
    request.resume();
    request.once("end", () => {
      response.setHeader("Content-Type", "application/dns-json");
      response.end('{"Status":3}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
