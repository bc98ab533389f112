/** Counts the conversions that shops report, and finds the click behind each. */

import { USER_AGENT_CHARS_MAX } from "../clicks/user-agent-length.ts";
import type { ClickClue } from "../ledger/conversions/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { addressGroup } from "../platform/address-group.ts";
import { visitorHash } from "../platform/keyed-hash.ts";
import { tolerate } from "../platform/log.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { secretOf } from "../platform/secrets.ts";
import { addressIn } from "../platform/written-address.ts";
import type { AmountRefused, ValuePastMax } from "./goal.ts";
import { decimalOf, minorUnits } from "./money.ts";
import type { PostbackGoal, PostbackGoalRefusal } from "./postback-goal.ts";
import { tellConversion } from "./tell-webhooks.ts";
import type { TrackedConversion } from "./tracked-conversion.ts";

export interface Postback {
  /** A decimal amount; undefined stands for the goal's own value and currency. */
  readonly value: string | number | undefined;
  /** A code that `isCurrency` accepts. */
  readonly currency: string | undefined;
  readonly orderId: string | null;
  /**
   * A click's integer id, or the token that was appended to the destination. If given, only it
   * decides.
   */
  readonly click: string | null;
  /** The visitor who converted; null if unknown or if it must not be used. */
  readonly visitor: { readonly address: string; readonly userAgent: string } | null;
}

export type PostbackRefusal =
  | PostbackGoalRefusal
  | AmountRefused
  | ValuePastMax
  /** The goal limits the value, which only its own currency can be compared with. */
  | { readonly reason: "currency_not_goals"; readonly currency: string }
  /** The goal has already counted this order. */
  | { readonly reason: "order_known" };

/** Counts a conversion of a goal, each order once, and sends it to webhooks. */
export async function trackConversion(
  env: Cloudflare.Env,
  goal: PostbackGoal,
  postback: Postback,
  nowMs: number,
): Promise<Result<TrackedConversion, PostbackRefusal>> {
  const { orderId } = postback;
  const currency =
    postback.value === undefined ? goal.currency : (postback.currency ?? goal.currency);
  const amount =
    postback.value === undefined ? ok(goal.value) : minorUnits(postback.value, currency);
  if (!amount.ok) return err({ reason: "amount_refused", field: "value", problem: amount.error });
  if (goal.maxValue !== null) {
    if (currency !== goal.currency) {
      return err({ reason: "currency_not_goals", currency: goal.currency });
    }
    if (amount.value > goal.maxValue) {
      return err({ reason: "value_past_max", max: decimalOf(goal.maxValue, currency), currency });
    }
  }
  const clue = await clueOf(await secretOf(env, "AUTH_SECRET"), goal, postback);
  const ledger = ledgerFor(env, goal.ledger);
  const conversion = {
    goalId: goal.id,
    atMs: nowMs,
    orderId,
    value: amount.value,
    currency,
    clue,
  };
  const converted = await (goal.isWatched
    ? ledger.convertToTell(goal.ledger, conversion)
    : ledger.convert(conversion));
  switch (converted.kind) {
    case "closed":
      return err({ reason: "postback_token_unknown" });
    case "duplicate":
      return err({ reason: "order_known" });
    case "tracked": {
      const { conversionId: id, attribution } = converted;
      const value = decimalOf(amount.value, currency);
      const tracked = { id, atMs: nowMs, orderId, value, currency, attribution };
      // The conversion is counted: a failed notification must not make the shop report it again, and
      // the Ledger asks for it again itself.
      if (goal.isWatched) {
        await tolerate("conversions.webhooks.failed", tellConversion(env, goal, tracked));
      }
      return ok(tracked);
    }
  }
}

/** Hashes the visitor in the same way as the redirect and the click consumer. */
async function clueOf(
  secret: string,
  { ledger, clickTokensOnly }: PostbackGoal,
  { click, visitor }: Postback,
): Promise<ClickClue> {
  const isToken = click !== null && !/^\d{1,15}$/.test(click);
  if (isToken) return { kind: "token", token: click };
  // Whoever has the postback's token could guess an id, or ask about an address.
  if (clickTokensOnly) return { kind: "none" };
  if (click !== null) return { kind: "click", clickId: Number(click) };
  const address = visitor === null ? null : addressIn(visitor.address);
  if (visitor === null || address === null) return { kind: "none" };
  const userAgent = visitor.userAgent.slice(0, USER_AGENT_CHARS_MAX);
  const hash = await visitorHash(secret, ledger);
  return {
    kind: "visitor",
    addressHash: hash("address", addressGroup(address)),
    agentHash: hash("agent", userAgent),
  };
}
