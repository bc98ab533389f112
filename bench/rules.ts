/**
 * What rules cost: `node bench/rules.ts` (Node 24).
 *
 * CPU time of this thread, case by case in turns, so that the machine's moods fall on all alike.
 * "redirect" is what a redirect computes around its rules (request, address, facts, response) and
 * nothing that a Worker's runtime adds, so its ratios are upper bounds. "parse" is the reading of
 * a link's route record, which an isolate does once in 5 seconds.
 */

import { cpus } from "node:os";

import { agentOf } from "../src/clicks/user-agent.ts";
import { evaluate } from "../src/links/rules/evaluate.ts";
import type { RuleFacts } from "../src/links/rules/facts.ts";
import { routeRules } from "../src/links/rules/route-rules.ts";
import type { RouteRule, RuleConditions } from "../src/links/rules/rule.ts";

const ROUNDS = 41;
const WARM_UP_ROUNDS = 8;
const ROUND_MICROS = 10_000;

const USER_AGENT =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 " +
  "(KHTML, like Gecko) Mobile/15E148 Instagram 350.0.0.26.87 (iPhone14,5; iOS 18_5; uk_UA)";

const ELSEWHERE: RuleConditions = { countries: ["DE", "AT", "CH"] };
const OTHER_TIME: RuleConditions = { timeStart: "02:00", timeEnd: "03:00", days: [1, 2, 3, 4, 5] };
/** Fails at its very last condition, so every one is tried. */
const ALMOST: RuleConditions = {
  countries: ["DE", "AT", "UA"],
  continents: ["AS", "EU"],
  queryParams: ["utm_source=mail", "qr"],
  referrers: ["news.example", "example.com"],
  languages: ["de", "uk"],
  apps: ["Facebook", "Instagram"],
  cities: ["Lviv", "Kyiv"],
  timeStart: "09:00",
  timeEnd: "18:00",
  days: [1, 2, 3, 4, 5],
  timezone: "Europe/Kyiv",
  devices: ["mobile", "tablet"],
  os: ["iOS", "Android"],
  browsers: ["Chrome", "Brave"],
};

/** Rules of which none but the last holds. */
function ending(count: number, conditions: RuleConditions): RouteRule[] {
  return routeRules(
    Array.from({ length: count }, (_, index) => ({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      name: null,
      targetUrl: `https://example.com/${index}`,
      ...(index === count - 1 ? { countries: ["UA"] } : conditions),
    })),
  );
}

// A Wednesday, 12:30 in Kyiv. Seconds pass, minutes do not.
let nowMs = Date.UTC(2026, 10, 18, 10, 30);
const facts = (): RuleFacts => ({
  country: "UA",
  city: "Kyiv",
  query: "?qr=1",
  referer: "https://example.com/",
  acceptLanguage: () => "uk-UA,uk;q=0.9,en-US;q=0.8,en;q=0.7",
  userAgent: USER_AGENT,
  nowMs,
  visitorTimezone: "Europe/Kyiv",
  agent: () => agentOf(USER_AGENT),
});

/** What keeps the results of calls from being optimised away. */
let seen = 0;

function redirectBy(rules: readonly RouteRule[]): void {
  const request = new Request("https://sign.example/summer-2026?qr=1", {
    headers: { "User-Agent": USER_AGENT, Referer: "https://example.com/" },
  });
  const url = new URL(request.url);
  const to = evaluate(rules, facts())?.to ?? "https://example.com/";
  const headers = { Location: to, "Cache-Control": "private, no-store", "X-Robots-Tag": "noindex" };
  const response = new Response(null, { status: 302, headers });
  seen += url.search.length + response.status;
}

interface Case {
  readonly group: string;
  readonly name: string;
  readonly run: () => void;
}

function casesOf(name: string, rules: readonly RouteRule[]): Case[] {
  const record = JSON.stringify({
    schema: 1,
    linkId: 1,
    destination: "https://example.com/",
    rules,
  });
  return [
    { group: "evaluate", name, run: () => (seen += evaluate(rules, facts())?.id.length ?? 1) },
    { group: "redirect", name, run: () => redirectBy(rules) },
    {
      group: "parse",
      name: `${name} (${record.length} bytes)`,
      run: () => (seen += (JSON.parse(record) as { rules: RouteRule[] }).rules.length),
    },
  ];
}

/** Gives the median of nanoseconds a call, for each case. */
function measure(cases: readonly Case[]): number[] {
  const times = cases.map((): number[] => []);
  for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round++) {
    for (const [index, { run }] of cases.entries()) {
      let calls = 0;
      let usedMicros = 0;
      const start = process.threadCpuUsage();
      while (usedMicros < ROUND_MICROS) {
        for (let n = 0; n < 200; n++) run();
        calls += 200;
        const { user, system } = process.threadCpuUsage(start);
        usedMicros = user + system;
      }
      if (round >= WARM_UP_ROUNDS) times[index]?.push((usedMicros / calls) * 1_000);
    }
    nowMs += 1_000;
  }
  return times.map((list) => list.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN);
}

const cases = [
  ...casesOf("0 rules", []),
  ...casesOf("1 rule", ending(1, ELSEWHERE)),
  ...casesOf("20 rules by country", ending(20, ELSEWHERE)),
  ...casesOf("20 rules by UTC time", ending(20, OTHER_TIME)),
  ...casesOf("20 rules, every condition", ending(20, ALMOST)),
].toSorted((a, b) => b.group.localeCompare(a.group));

const medians = measure(cases);
const print = (line: string): unknown => process.stdout.write(`${line}\n`);
const [cpu] = cpus();
print(`${cpu?.model ?? "unknown"} × ${cpus().length}, Node ${process.version}, ${ROUNDS} rounds\n`);
print("| part | link | ns, median | ÷ 0 rules |\n|---|---|---:|---:|");
for (const [index, { group, name }] of cases.entries()) {
  const ns = medians[index] ?? Number.NaN;
  const base = medians[cases.findIndex((each) => each.group === group)] ?? Number.NaN;
  print(`| ${group} | ${name} | ${ns.toFixed(0)} | ${(ns / base).toFixed(2)} |`);
}
if (seen === 0) print("nothing ran");
