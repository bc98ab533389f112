/** What the click consumer costs in CPU, by itself and with the Ledger that counts for it. */

import { cpuTime } from "../../tools/process-cpu.ts";
import { print, printTable, whole } from "../support/print.ts";
import type { Runtime } from "../support/runtime.ts";
import { median } from "../support/statistics.ts";
import { type ConsumePlan, ledgerOf, type MessagePlan } from "../tasks.ts";

const LINKS = 1_000;
const ROUNDS = 5;
const CLICKS_MIN = 3_000;
const CALLS_MIN = 3;
/** The consumer by itself is so cheap that it takes many clicks to see it. */
const CLICKS_ALONE_MIN = 50_000;
const FIRST_WORKSPACE = 201;

interface Case {
  readonly mergedMessages: number;
  readonly clicksAMessage: number;
  readonly newAgents: boolean;
}

const CASES: readonly Case[] = [
  ...[1, 10].flatMap((mergedMessages) =>
    [1, 5, 50, 300].map((clicksAMessage) => ({ mergedMessages, clicksAMessage, newAgents: false })),
  ),
  { mergedMessages: 10, clicksAMessage: 50, newAgents: true },
];

/** Microseconds of CPU a click. */
interface Cost {
  readonly alone: number;
  readonly withLedger: number;
}

/** Measures all cases in turns, each with a Ledger of its own; the first round warms up. */
export async function printConsumer(runtime: Runtime): Promise<void> {
  const costs = CASES.map((): Cost[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, each] of CASES.entries()) {
      const cost = await measure(runtime, FIRST_WORKSPACE + index, each, round);
      if (round > 0) costs[index]?.push(cost);
    }
  }
  print(
    `The consumer, in CPU microseconds, ${whole(LINKS)} links, medians of ${ROUNDS} rounds in turns; alone, a Ledger that answers at once stands in:\n`,
  );
  printTable(
    [
      ["messages a call", "right"],
      ["clicks a message", "right"],
      ["user agents", "left"],
      ["alone, a click", "right"],
      ["alone, a call", "right"],
      ["with the Ledger, a click", "right"],
      ["with the Ledger, a call", "right"],
    ],
    CASES.map((each, index) => rowOf(each, costs[index] ?? [])),
  );
}

function rowOf(each: Case, costs: readonly Cost[]): readonly string[] {
  const clicksACall = each.mergedMessages * each.clicksAMessage;
  const alone = median(costs.map((cost) => cost.alone));
  const withLedger = median(costs.map((cost) => cost.withLedger));
  return [
    whole(each.mergedMessages),
    whole(each.clicksAMessage),
    each.newAgents ? "each click its own" : "12",
    alone.toFixed(1),
    whole(alone * clicksACall),
    withLedger.toFixed(1),
    whole(withLedger * clicksACall),
  ];
}

async function measure(
  runtime: Runtime,
  workspace: number,
  { mergedMessages, clicksAMessage, newAgents }: Case,
  round: number,
): Promise<Cost> {
  const clicks = Math.max(CLICKS_MIN, CALLS_MIN * mergedMessages * clicksAMessage);
  const plan: MessagePlan = {
    ledger: ledgerOf(workspace),
    seed: workspace,
    links: LINKS,
    clicks,
    clicksAMessage,
    from: round * clicks,
    newAgents,
  };
  await runtime.ask("messages", plan);
  const micros = async (times: number, withLedger: boolean): Promise<number> => {
    const before = await cpuTime(runtime.pid);
    const question: ConsumePlan = { mergedMessages, times, withLedger };
    await runtime.ask("consume", question);
    return (((await cpuTime(runtime.pid)) - before) * 1_000) / (times * clicks);
  };
  const alone = await micros(Math.ceil(CLICKS_ALONE_MIN / clicks), false);
  return { alone, withLedger: await micros(1, true) };
}
