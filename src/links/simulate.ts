/**
 * Simulates a visit and explains its outcome: the redirect's own decision, over the record that it
 * would use of the link as D1 has it now, for a visitor that the client describes. Counts nothing.
 */

import { classify } from "../clicks/classify.ts";
import { agentOf } from "../clicks/user-agent.ts";
import type { ClickLimit } from "../gates/contract.ts";
import { gateFor } from "../gates/stub.ts";
import type { Device, LedgerClick } from "../ledger/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { tolerate } from "../platform/log.ts";
import type { Link } from "./link.ts";
import { servedAddress } from "./parked.ts";
import { decide, type RedirectDecision, type Refusal } from "./route/decide.ts";
import type { RouteRecord } from "./route/record.ts";
import { readRoute } from "./route/store.ts";
import { evaluate, type PassedOver } from "./rules/evaluate.ts";
import type { RuleFacts } from "./rules/facts.ts";
import { ruleName } from "./rules/rule-name.ts";
import { DEFAULT_RULE } from "./rules/rule.ts";

/** The visitor to simulate. Null means unknown, which the redirect also meets. */
export interface SimulatedVisitor {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly city: string | null;
  /** As in an Accept-Language header. */
  readonly language: string | null;
  /** The address of the page that leads to the link. */
  readonly referrer: string | null;
  /** Of the visitor's request; empty for none. */
  readonly query: string;
  /** An IANA name. */
  readonly timezone: string | null;
  readonly atMs: number;
  /** Null for a human visitor of whose browser only the fields below are known. */
  readonly userAgent: string | null;
  /** If given, these fields take precedence over the user agent. */
  readonly device: Device | null;
  readonly os: string | null;
  readonly browser: string | null;
  /** The value of the cookie that an earlier visit set. */
  readonly variantCookie: string | null;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Simulation {
  readonly decision: SimulatedDecision;
  /**
   * The rule or variant that chose the destination, or would have if the limit were not used up.
   */
  readonly rule: Named | null;
  readonly variant: Named | null;
  /** `used` is null if the count could not be read. */
  readonly limit: { readonly max: number; readonly used: number | null } | null;
  /** Whether the visitor is first asked for a password; the rest is what follows the right one. */
  readonly passwordRequired: boolean;
  /** In the order in which they were tried. */
  readonly passedOver: readonly (PassedOver & { readonly name: string })[];
}

export type SimulatedDecision =
  | RedirectDecision
  | {
      readonly kind: "fallback";
      readonly destination: string;
      readonly reason: "ended" | "limit_reached";
    }
  /** The link's own card; `destination` is null where it is not revealed. */
  | { readonly kind: "card"; readonly destination: string | null }
  | { readonly kind: "refuse"; readonly reason: SimulatedRefusal };

export type SimulatedRefusal =
  | Refusal
  /** The workspace does not own the link's domain, or no longer does. */
  | "not_found"
  | "limit_reached"
  /** The visitor is a program, and the link has a limit. */
  | "not_for_programs";

/** Simulates a visit to a link of the caller's workspace. A variant is drawn at random. */
export async function simulate(
  env: Cloudflare.Env,
  link: Link,
  visitor: SimulatedVisitor,
): Promise<Simulation> {
  const address = servedAddress(link);
  const route = address === null ? null : await readRoute(env.DB, address);
  if (route === null) return simulationOf({ kind: "refuse", reason: "not_found" });
  const { record } = route;
  const trace: PassedOver[] = [];
  const decision = decide(record, {
    nowMs: visitor.atMs,
    chooseRule: (rules) => evaluate(rules, ruleFactsOf(visitor), trace),
    random01: Math.random(),
    variantCookie: visitor.variantCookie,
  });
  const limit = await limitOf(env, record);
  const passedOver = trace.map((one) => ({ ...one, name: ruleNamed(link, one.rule) }));
  if (decision.kind === "fallback") {
    return simulationOf({ ...decision, reason: "ended" }, { limit });
  }
  if (decision.kind === "refuse") return simulationOf(decision, { limit });
  const { rule, variant } = decision;
  const answer = answerTo(classOf(visitor), decision, limit, record);
  const passwordRequired = answer.kind !== "card" && record.password !== undefined;
  return simulationOf(answer, {
    rule: rule === null || rule === DEFAULT_RULE ? null : { id: rule, name: ruleNamed(link, rule) },
    variant: variant === null ? null : { id: variant, name: variantNamed(link, variant) },
    limit,
    passwordRequired,
    passedOver,
  });
}

function simulationOf(
  decision: SimulatedDecision,
  why: Partial<Omit<Simulation, "decision">> = {},
): Simulation {
  const nothing = {
    rule: null,
    variant: null,
    limit: null,
    passwordRequired: false,
    passedOver: [],
  };
  return { decision, ...nothing, ...why };
}

function ruleFactsOf({
  country,
  city,
  language,
  referrer,
  query,
  timezone,
  atMs,
  userAgent,
  ...known
}: SimulatedVisitor): RuleFacts {
  return {
    country,
    city,
    query,
    referer: referrer,
    acceptLanguage: () => language,
    userAgent: userAgent ?? "",
    nowMs: atMs,
    visitorTimezone: timezone,
    agent() {
      const read = agentOf(userAgent ?? "");
      const { device, os, browser } = known;
      return { device: device ?? read.device, os: os ?? read.os, browser: browser ?? read.browser };
    },
  };
}

function classOf({ userAgent }: SimulatedVisitor): LedgerClick["class"] {
  return userAgent === null ? "human" : classify("visit", userAgent);
}

/** Shows the card first, then applies a limit in the gate's order: programs, then the count. */
function answerTo(
  visitor: LedgerClick["class"],
  decision: RedirectDecision,
  limit: Simulation["limit"],
  { limitReachedUrl, password, social }: RouteRecord,
): SimulatedDecision {
  const isUsedUp = limit !== null && limit.used !== null && limit.used >= limit.max;
  if (visitor === "unfurler" && social !== undefined && !isUsedUp) {
    const isOpen = limit === null && password === undefined;
    return { kind: "card", destination: isOpen ? decision.destination : null };
  }
  if (limit === null) return decision;
  if (visitor !== "human") return { kind: "refuse", reason: "not_for_programs" };
  if (!isUsedUp) return decision;
  const reason = "limit_reached";
  return limitReachedUrl === undefined
    ? { kind: "refuse", reason }
    : { kind: "fallback", destination: limitReachedUrl, reason };
}

async function limitOf(env: Cloudflare.Env, record: RouteRecord): Promise<Simulation["limit"]> {
  const { limit } = record;
  if (limit === undefined) return null;
  const used = await tolerate("simulate.limit.failed", usedOf(env, record, limit));
  return { max: limit.max, used };
}

/**
 * Returns a limit's used clicks. A gate knows nothing before the first click, and then starts from
 * the Ledger's total.
 */
async function usedOf(
  env: Cloudflare.Env,
  { linkId, uuid, ledger }: RouteRecord,
  { since }: ClickLimit,
): Promise<number> {
  const counted = await gateFor(env, { uuid, ledger }).used(since);
  if (counted !== null) return counted;
  const [total] = await ledgerFor(env, ledger).linkTotals([linkId]);
  return total?.clicks ?? 0;
}

function ruleNamed({ rules }: Link, id: string): string {
  const rule = rules.find((one) => one.id === id);
  return rule === undefined ? id : ruleName(rule);
}

function variantNamed({ abTest }: Link, id: string): string {
  return abTest.variants.find((one) => one.id === id)?.name ?? id;
}
