/**
 * `npm run bench:scale`: what saturates first as arrivals grow, by simulation.
 *
 * In: clicks a second, over isolates, workspaces and links. Out: clicks a message, messages a second,
 * depth of the queues, work of the busiest Ledger, rows. The rules of capture, queue and Ledger are
 * the Worker's own settings and the platform's limits; what a Ledger manages a second is measured by
 * `bench:report` and given here. Nothing is timed: the same run gives the same numbers everywhere.
 */

import { parseArgs } from "node:util";

import { CAPTURE_SETTINGS } from "../src/redirect/capture-settings.ts";
import { print, printTable, whole } from "./support/print.ts";
import { randomOf, zipfOf } from "./traffic.ts";

/** Cloudflare's limits. */
const QUEUE_MESSAGES_A_SECOND = 5_000;
const QUEUE_INVOCATIONS = 250;
const LEDGER_REQUESTS_A_SECOND = 1_000;
/** wrangler.toml. */
const BATCH_MESSAGES = 100;
const BATCH_WAIT_SECONDS = 1;
/** A consumer's own work and its way to the Ledger and back; generous. */
const CALL_SECONDS = 0.1;

const SECONDS = 60;
const STEP_SECONDS = 0.05;
const ISOLATES_SIMULATED = 200;
const CACHE_SECONDS = 5;
const CAPTURE_SECONDS = 15;
const CALLS_SAMPLED = 20;

const { values } = parseArgs({
  options: {
    /** Clicks that one Ledger counts a second, from `bench:report` over 1,000 links. */
    "ledger-rate": { type: "string", default: "15000" },
    /** From `bench:cost`. */
    "click-bytes": { type: "string", default: "265" },
  },
});
const LEDGER_RATE = Number(values["ledger-rate"]);
const CLICK_BYTES = Number(values["click-bytes"]);

interface World {
  readonly name: string;
  readonly clicksPerSecond: number;
  /** Traffic comes from all over the world: some isolates are there however little it is. */
  readonly isolates: number;
  readonly workspaces: number;
  /** Of each workspace. */
  readonly links: number;
  readonly queues: number;
  /** Parts that each Ledger is split into. */
  readonly ledgerShards: number;
}

const TODAY = { queues: 1, ledgerShards: 1 };

const WORLDS: readonly World[] = [
  { name: "10^3", clicksPerSecond: 1e3, isolates: 300, workspaces: 1_000, links: 1_000, ...TODAY },
  {
    name: "10^3, one workspace",
    clicksPerSecond: 1e3,
    isolates: 300,
    workspaces: 1,
    links: 1_000,
    ...TODAY,
  },
  {
    name: "10^5",
    clicksPerSecond: 1e5,
    isolates: 1_000,
    workspaces: 1_000,
    links: 1_000,
    ...TODAY,
  },
  {
    name: "10^5, one workspace",
    clicksPerSecond: 1e5,
    isolates: 1_000,
    workspaces: 1,
    links: 1_000,
    ...TODAY,
  },
  {
    name: "10^5, one workspace, sharded",
    clicksPerSecond: 1e5,
    isolates: 1_000,
    workspaces: 1,
    links: 1_000,
    queues: 2,
    ledgerShards: 16,
  },
  {
    name: "10^7",
    clicksPerSecond: 1e7,
    isolates: 50_000,
    workspaces: 1_000_000,
    links: 1_000,
    ...TODAY,
  },
  {
    name: "10^7, sharded",
    clicksPerSecond: 1e7,
    isolates: 50_000,
    workspaces: 1_000_000,
    links: 1_000,
    queues: 64,
    ledgerShards: 1_024,
  },
];

interface Outcome {
  readonly clicksPerMessage: number;
  readonly messagesPerSecond: number;
  readonly refusedShare: number;
  readonly queueDepth: number;
  readonly waitSeconds: number;
  readonly ledgerLoad: number;
  readonly ledgerRequestsPerSecond: number;
  readonly rowsPerClick: number;
  readonly kvReadsPerSecond: number;
}

print("## Arrivals in; batches, rows and queue depths out\n");
print(
  `${SECONDS} simulated seconds; a Ledger counts ${whole(LEDGER_RATE)} clicks a second; ` +
    `${CLICK_BYTES} bytes a click; workspaces and links by Zipf's law.\n`,
);
printCheck();
printTable(
  [
    ["clicks a second", "left"],
    ["isolates", "right"],
    ["queues × Ledger parts", "right"],
    ["clicks a message", "right"],
    ["messages a second", "right"],
    ["refused by the queue", "right"],
    ["messages waiting at the end", "right"],
    ["a click's way to its count, s", "right"],
    ["load of the busiest Ledger part", "right"],
    ["its requests a second", "right"],
    ["rows written a click", "right"],
    ["KV reads a second", "right"],
  ],
  WORLDS.map((world) => rowOf(world, outcomeOf(world))),
);

function rowOf(world: World, outcome: Outcome): readonly string[] {
  return [
    world.name,
    whole(world.isolates),
    `${world.queues} × ${world.ledgerShards}`,
    outcome.clicksPerMessage.toFixed(1),
    whole(outcome.messagesPerSecond),
    share(outcome.refusedShare),
    whole(outcome.queueDepth),
    outcome.waitSeconds.toFixed(1),
    share(outcome.ledgerLoad),
    whole(outcome.ledgerRequestsPerSecond) +
      (outcome.ledgerRequestsPerSecond > LEDGER_REQUESTS_A_SECOND ? " OVER" : ""),
    outcome.rowsPerClick.toFixed(2),
    whole(outcome.kvReadsPerSecond),
  ];
}

function share(value: number): string {
  return `${(value * 100).toFixed(0)} %`;
}

function outcomeOf(world: World): Outcome {
  const random = randomOf(1);
  const { sizes, seconds } = captured(world.clicksPerSecond / world.isolates, random);
  const clicksPerMessage = mean(sizes);
  const messagesPerSecond = (sizes.length / seconds / ISOLATES_SIMULATED) * world.isolates;
  const accepted = Math.min(messagesPerSecond, world.queues * QUEUE_MESSAGES_A_SECOND);
  const busiest = busiestShare(world);
  const flow = queueFlow(world, accepted, clicksPerMessage, busiest);
  const rows = rowsOf(world, clicksPerMessage, flow.messagesPerCall, random);
  return {
    clicksPerMessage,
    messagesPerSecond,
    refusedShare: 1 - accepted / messagesPerSecond,
    queueDepth: flow.depth,
    waitSeconds: CAPTURE_SETTINGS.pauseMs / 1_000 + flow.waitSeconds,
    ledgerLoad: (accepted * clicksPerMessage * busiest) / LEDGER_RATE,
    ledgerRequestsPerSecond: (accepted / flow.messagesPerCall) * rows.busiestInCall,
    rowsPerClick: rows.rowsPerClick,
    kvReadsPerSecond: world.isolates * kvReadsOf(world, random),
  };
}

/** Runs the drain of some isolates for a while: the rules of `src/redirect/capture.ts`. */
function captured(
  clicksPerSecond: number,
  random: () => number,
): { readonly sizes: readonly number[]; readonly seconds: number } {
  const sizes: number[] = [];
  const clicksMax = Math.floor(CAPTURE_SETTINGS.messageBytesMax / CLICK_BYTES);
  const pause = CAPTURE_SETTINGS.pauseMs / 1_000;
  const gap = (): number => -Math.log(1 - random()) / clicksPerSecond;
  for (let isolate = 0; isolate < ISOLATES_SIMULATED; isolate++) {
    let busyUntil = 0;
    for (let next = gap(); next < CAPTURE_SECONDS;) {
      if (next >= busyUntil) {
        // An idle drain sends the first click at once; then it pauses while more gather.
        sizes.push(1);
        busyUntil = next + pause;
        next += gap();
        continue;
      }
      let waiting = 0;
      for (; next < busyUntil; next += gap()) waiting += 1;
      for (let left = waiting; left > 0; left -= clicksMax) sizes.push(Math.min(left, clicksMax));
      // What came during the pause is followed by another one.
      busyUntil += pause;
    }
  }
  return { sizes, seconds: CAPTURE_SECONDS };
}

/** The part of all clicks that the busiest Ledger, or part of one, gets. */
function busiestShare({ workspaces, ledgerShards }: World): number {
  let sum = 0;
  for (let rank = 1; rank <= workspaces; rank++) sum += 1 / rank;
  return 1 / sum / ledgerShards;
}

interface Flow {
  readonly depth: number;
  readonly waitSeconds: number;
  readonly messagesPerCall: number;
}

/** Consumers take messages as fast as their number and the busiest Ledger let them. */
function queueFlow(
  { queues }: World,
  messagesPerSecond: number,
  clicksPerMessage: number,
  busiest: number,
): Flow {
  let depth = 0;
  let ledgerBacklog = 0;
  let consumed = 0;
  for (let at = 0; at < SECONDS; at += STEP_SECONDS) {
    depth += messagesPerSecond * STEP_SECONDS;
    // A consumer waits for all Ledgers of its batch, so for the busiest one.
    const callSeconds = CALL_SECONDS + ledgerBacklog / LEDGER_RATE;
    const able = ((queues * QUEUE_INVOCATIONS * BATCH_MESSAGES) / callSeconds) * STEP_SECONDS;
    const taken = Math.min(depth, able);
    depth -= taken;
    consumed += taken;
    const arrived = taken * clicksPerMessage * busiest;
    ledgerBacklog = Math.max(0, ledgerBacklog + arrived - LEDGER_RATE * STEP_SECONDS);
  }
  const perSecond = consumed / SECONDS;
  // What a full batch would wait for longer than a second comes smaller.
  const messagesPerCall = Math.max(
    1,
    Math.min(BATCH_MESSAGES, (perSecond / queues) * BATCH_WAIT_SECONDS),
  );
  const gathering = Math.min(BATCH_WAIT_SECONDS, BATCH_MESSAGES / (perSecond / queues));
  const waitSeconds =
    gathering + CALL_SECONDS + ledgerBacklog / LEDGER_RATE + depth / Math.max(perSecond, 1);
  return { depth, waitSeconds, messagesPerCall };
}

interface Rows {
  readonly rowsPerClick: number;
  readonly busiestInCall: number;
}

/** A batch row for each Ledger of each message, a row for each link and each Ledger of a call. */
function rowsOf(
  { workspaces, links, ledgerShards }: Pick<World, "workspaces" | "links" | "ledgerShards">,
  clicksPerMessage: number,
  messagesPerCall: number,
  random: () => number,
): Rows {
  const drawWorkspace = zipfOf(workspaces, random);
  const drawLink = zipfOf(links, random);
  let rows = 0;
  let clicks = 0;
  let withBusiest = 0;
  for (let call = 0; call < CALLS_SAMPLED; call++) {
    const linkRows = new Set<string>();
    const ledgers = new Set<number>();
    for (let message = 0; message < Math.round(messagesPerCall); message++) {
      const parts = new Set<number>();
      for (let n = 0; n < Math.max(1, Math.round(clicksPerMessage)); n++) {
        const workspace = drawWorkspace();
        // Only the busiest workspace is split, and by chance: its hottest link may be most of it.
        const ledger = workspace === 1 ? -Math.floor(random() * ledgerShards) : workspace;
        parts.add(ledger);
        linkRows.add(`${ledger}/${drawLink()}`);
        clicks += 1;
      }
      rows += parts.size;
      for (const ledger of parts) ledgers.add(ledger);
    }
    rows += linkRows.size + ledgers.size;
    if (ledgers.has(-0)) withBusiest += 1;
  }
  return { rowsPerClick: rows / clicks, busiestInCall: withBusiest / CALLS_SAMPLED };
}

/** How many routes an isolate reads anew each second: its copies live 5 seconds. */
function kvReadsOf(
  { clicksPerSecond, isolates, workspaces, links }: World,
  random: () => number,
): number {
  const drawWorkspace = zipfOf(workspaces, random);
  const drawLink = zipfOf(links, random);
  const clicks = Math.round((clicksPerSecond / isolates) * CACHE_SECONDS);
  const seen = new Set<number>();
  for (let n = 0; n < clicks; n++) seen.add(drawWorkspace() * links + drawLink());
  return seen.size / CACHE_SECONDS;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}

/** The model against what `bench:cost` counts: one workspace, 1,000 links, 10 messages merged. */
function printCheck(): void {
  const check = [
    { clicksPerMessage: 1, rate: 0.5 },
    { clicksPerMessage: 5, rate: 20 },
    { clicksPerMessage: 50, rate: 200 },
  ];
  print(
    "The model, for the loads of `bench:cost` (one workspace, 1,000 links, 10 messages a call):\n",
  );
  printTable(
    [
      ["clicks a second in one isolate", "right"],
      ["clicks a message", "right"],
      ["rows written a click", "right"],
    ],
    check.map(({ clicksPerMessage, rate }) => {
      const random = randomOf(rate);
      const { sizes } = captured(rate, random);
      const rows = rowsOf(
        { workspaces: 1, links: 1_000, ledgerShards: 1 },
        clicksPerMessage,
        10,
        random,
      );
      return [String(rate), mean(sizes).toFixed(2), rows.rowsPerClick.toFixed(2)];
    }),
  );
}
