/**
 * `npm run bench:webhooks`: how fast the local runtime delivers webhooks, and how long one
 * workspace's delivery waits while another has thousands.
 *
 * The built Worker with its real queues, Ledgers and D1, and a receiver on the same machine that
 * answers at once. The local queue makes one delivery at a time, so rates say little about
 * Cloudflare; ratios within the run are what counts.
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { mortalServer } from "../test/e2e/support/mortal-server.ts";
import { main } from "../tools/trouble.ts";
import { print, printHead, printTable, whole } from "./support/print.ts";
import { median, quantile } from "./support/statistics.ts";

const BACKLOG = 1_500;
const LINKS = 500;
const SAMPLES = 12;
const POLL_MS = 10;
const WAIT_MS_MAX = 180_000;

/** When posts came, by the path that they came to. */
type Arrivals = ReadonlyMap<string, readonly number[]>;

interface Workspace {
  /** Creates links by an import. */
  fill(links: number): Promise<void>;
  /** Sends a sample, and returns how long it took to arrive. */
  sample(): Promise<number>;
  /** When its posts came, in order. */
  readonly arrivals: () => readonly number[];
}

await main(async () => {
  printHead("Webhooks on the local runtime");
  const [server, receiver] = await Promise.all([mortalServer(), listen()]);
  try {
    await server.start();
    const names = ["ada", "bob", "cleo"] as const;
    const [ada, bob, cleo] = await Promise.all(
      names.map((name) => workspaceOf(server.origin, receiver, name)),
    );
    if (ada === undefined || bob === undefined || cleo === undefined) return;
    const alone = await samplesOf(cleo);
    const [rate, behind] = await Promise.all([
      drained(ada, BACKLOG),
      // Once the first has come, all others wait.
      until(ada, 1).then(() => samplesOf(cleo)),
    ]);
    printTable(
      [
        ["one delivery", "left"],
        ["median ms", "right"],
        ["slowest ms", "right"],
      ],
      [
        ["alone", whole(median(alone)), whole(quantile(alone, 1))],
        [`behind ${whole(BACKLOG)} of another`, whole(median(behind)), whole(quantile(behind, 1))],
      ],
    );
    print(
      `Behind another workspace: ${(median(behind) / median(alone)).toFixed(1)} times as long.\n`,
    );
    const from = [ada.arrivals().length, bob.arrivals().length] as const;
    const both = await Promise.all([drained(ada, LINKS), drained(bob, LINKS)]);
    const share = firstHalfShare(ada.arrivals().slice(from[0]), bob.arrivals().slice(from[1]));
    printTable(
      [
        ["workspace", "left"],
        ["deliveries a second", "right"],
      ],
      [
        ["one", whole(rate)],
        ["the first of two", whole(both[0])],
        ["the second of two", whole(both[1])],
      ],
    );
    print(`The first of two got ${whole(share * 100)} % of the first half of all deliveries.`);
  } finally {
    await Promise.all([server.close(), receiver.close()]);
  }
});

async function workspaceOf(origin: string, receiver: Receiver, name: string): Promise<Workspace> {
  const send = async (path: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(origin + path, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response;
  };
  const json = { "Content-Type": "application/json", Origin: origin };
  const account = { name, email: `${name}@example.com`, password: "correct horse battery staple" };
  const signedUp = await send("/api/auth/sign-up/email", JSON.stringify(account), json);
  const cookies = signedUp.headers.getSetCookie().map((text) => text.split(";")[0] ?? "");
  const headers = { ...json, Cookie: cookies.join("; ") };
  const hook = { url: `${receiver.origin}/${name}`, events: ["link.created"] };
  const made = await send("/api/webhooks", JSON.stringify(hook), headers);
  const { id } = (await made.json()) as { readonly id: string };
  const arrivals = () => receiver.arrivals.get(`/${name}`) ?? [];
  const workspace: Workspace = {
    arrivals,
    async fill(links) {
      const rows = Array.from({ length: links }, (_, at) => `https://example.com/${at}`);
      const csv = ["destination_url", ...rows].join("\n");
      await send("/api/links/import", csv, { ...headers, "Content-Type": "text/csv" });
    },
    async sample() {
      const { length } = arrivals();
      const startedMs = Date.now();
      await send(`/api/webhooks/${id}/test`, "{}", headers);
      await until(workspace, length + 1);
      return (arrivals().at(-1) ?? 0) - startedMs;
    },
  };
  return workspace;
}

async function samplesOf(workspace: Workspace): Promise<number[]> {
  const samples: number[] = [];
  while (samples.length < SAMPLES) samples.push(await workspace.sample());
  return samples;
}

/** Fills a workspace, waits for all of its deliveries, and returns how many came a second. */
async function drained(workspace: Workspace, links: number): Promise<number> {
  const { length } = workspace.arrivals();
  await workspace.fill(links);
  await until(workspace, length + links);
  const arrived = workspace.arrivals().slice(length);
  return links / (((arrived.at(-1) ?? 0) - (arrived[0] ?? 0)) / 1_000);
}

async function until({ arrivals }: Workspace, count: number): Promise<void> {
  const endMs = Date.now() + WAIT_MS_MAX;
  while (arrivals().length < count) {
    if (Date.now() > endMs) throw new Error(`${arrivals().length} of ${count} deliveries came.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function firstHalfShare(ones: readonly number[], others: readonly number[]): number {
  const middleMs = median([...ones, ...others]);
  const early = (times: readonly number[]) => times.filter((atMs) => atMs <= middleMs).length;
  return early(ones) / (early(ones) + early(others));
}

interface Receiver {
  readonly origin: string;
  readonly arrivals: Arrivals;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1, and answers everything with 200. */
async function listen(): Promise<Receiver> {
  const arrivals = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const times = arrivals.get(request.url ?? "") ?? [];
    times.push(Date.now());
    arrivals.set(request.url ?? "", times);
    request.resume();
    request.on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
