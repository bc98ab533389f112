/**
 * `npm run bench:hostile`: what an ordinary redirect waits while a stranger sends what costs most.
 *
 * The whole Worker on workerd with its real KV, queues and objects in one process, first with D1 in
 * another one, as on Cloudflare, and then with D1 in the same one, as locally: the difference is
 * D1's share. A visitor follows one link every few milliseconds, whether or not the last answer has
 * come, first alone and then beside each kind of hostile request. Both runs are of one process and
 * follow each other, so their ratio says more than their milliseconds. Everything is on 127.0.0.1.
 *
 * `-- --only=<case>` runs the cases whose names begin so. `--d1=elsewhere` and `--d1=within` run one
 * half.
 */

import { parseArgs } from "node:util";

import { main, Trouble } from "../tools/trouble.ts";
import type { Attack } from "./hostile/attack.ts";
import { bulkPasswords } from "./hostile/bulk-passwords.ts";
import { deepJson } from "./hostile/deep-json.ts";
import { guesses } from "./hostile/guesses.ts";
import { importWithEndpoints } from "./hostile/import.ts";
import { largeList } from "./hostile/large-list.ts";
import { longQuery } from "./hostile/long-query.ts";
import { preparedLink } from "./hostile/prepared-link.ts";
import { qrCodes } from "./hostile/qr-codes.ts";
import { scan } from "./hostile/scan.ts";
import { signIns } from "./hostile/sign-ins.ts";
import { type Place, startTarget, type Target } from "./hostile/target.ts";
import { visitWhile, type Waits } from "./hostile/visitor.ts";
import { print, printHead, printTable } from "./support/print.ts";

const ATTACKS: readonly Attack[] = [
  preparedLink,
  longQuery,
  qrCodes,
  scan,
  deepJson,
  largeList,
  guesses,
  signIns,
  bulkPasswords,
  // Last: its deliveries go on after it.
  importWithEndpoints,
];

const PLACES: readonly Place[] = ["elsewhere", "within"];

const RATIO_MAX = 8;
/** A hash takes longer while redirects are answered between two. */
const HASH_TOLERANCE = 1.25;
const QUIET_MS = 2_500;
const ATTACK_MS = 5_000;
/** Between two waves: what any flood does to two cores is no property of a request. */
const WAVE_PAUSE_MS = 100;
/** A wave that never ends must not end the bench. */
const WAVE_MS_MAX = 15_000;

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, d1: { type: "string", default: "" } },
});

await main(async () => {
  const attacks = ATTACKS.filter(({ name }) => name.startsWith(values.only));
  if (attacks.length === 0) {
    throw new Trouble(`Cases: ${ATTACKS.map(({ name }) => name).join("; ")}.`);
  }
  printHead("What an ordinary redirect waits beside hostile requests");
  for (const place of PLACES) {
    if (place.startsWith(values.d1)) await printAll(attacks, place);
  }
});

async function printAll(attacks: readonly Attack[], place: Place): Promise<void> {
  const target = await startTarget(place);
  try {
    await visitWhile(target, pause(QUIET_MS));
    const hashMs = await timeOfOneHash(target);
    const rows = [];
    for (const attack of attacks) rows.push(await rowOf(attack, target, hashMs));
    const where = place === "elsewhere" ? "a process of its own" : "the process of the Worker";
    print(`With D1 in ${where}. One password's hash takes ${hashMs.toFixed(0)} ms here.\n`);
    printTable(
      [
        ["beside", "left"],
        ["hostile answers", "left"],
        ["quiet: median, p99 ms", "right"],
        ["median ms", "right"],
        ["÷ quiet", "right"],
        ["p99 ms", "right"],
        ["÷ quiet", "right"],
        ["longest ms", "right"],
        ["computed meanwhile: median, p99 ms", "right"],
        ["target", "left"],
      ],
      rows,
    );
  } finally {
    await target.stop();
  }
}

async function rowOf(attack: Attack, target: Target, hashMs: number): Promise<readonly string[]> {
  const wave = await attack.prepare(target);
  const statuses = new Map<number, number>();
  const quiet = await visitWhile(target, pause(QUIET_MS));
  const waits = await visitWhile(target, repeat(wave, statuses));
  const [ofMedian, ofP99] = [waits.median / quiet.median, waits.p99 / quiet.p99];
  const isMet =
    attack.hashes === true
      ? waits.p99 <= Math.max(hashMs, quiet.p99) * HASH_TOLERANCE
      : ofMedian <= RATIO_MAX && ofP99 <= RATIO_MAX;
  const wanted = attack.hashes === true ? `p99 ≤ one hash` : `≤ ${RATIO_MAX}`;
  return [
    attack.name,
    [...statuses].map(([status, n]) => `${n} × ${status === 0 ? "no answer" : status}`).join(", "),
    `${ms(quiet.median)}, ${ms(quiet.p99)}`,
    ms(waits.median),
    `**${ofMedian.toFixed(1)}**`,
    ms(waits.p99),
    `**${ofP99.toFixed(1)}**`,
    ms(longestOf(waits)),
    `${ms(waits.thread.median)}, ${ms(waits.thread.p99)}`,
    isMet ? wanted : `${wanted} MISSED`,
  ];
}

/** Sends waves one after the other until the time is over, and counts their answers. */
async function repeat(
  wave: () => Promise<readonly number[]>,
  statuses: Map<number, number>,
): Promise<void> {
  const endMs = performance.now() + ATTACK_MS;
  while (performance.now() < endMs) {
    const answers = await Promise.race([wave(), pause(WAVE_MS_MAX).then(() => [0])]);
    for (const status of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    await pause(WAVE_PAUSE_MS);
  }
}

/** Takes the time of a wrong password, of which nearly all is its hash. */
async function timeOfOneHash(target: Target): Promise<number> {
  const code = await target.createLink({ password: "correct horse" });
  const times: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const start = performance.now();
    await target.post(`/${code}`, { form: "password=wrong", from: `203.0.113.${200 + n}` });
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

function longestOf({ all }: Waits): number {
  return Math.max(...all);
}

function ms(value: number): string {
  return value.toFixed(1);
}
