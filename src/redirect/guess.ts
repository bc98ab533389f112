/** Counts a guess of a link's password with the gates that limit guesses, before it is compared. */

import { addressGateFor, gateFor } from "../gates/stub.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { addressGroup } from "../platform/address-group.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { visitorHash } from "../platform/keyed-hash.ts";
import { tolerate } from "../platform/log.ts";
import { secretOf } from "../platform/secrets.ts";
import type { Visitor } from "./visitor.ts";

const GATE_DEADLINE_MS = 4 * SECOND_MS;

export interface Guess {
  readonly allowed: boolean;
  /** The wait until the next guess; for an allowed guess, the wait that applies if it is wrong. */
  readonly retryAfterMs: number;
  /** Counts the guess as right. */
  succeeded(): Promise<void>;
  /** Does not count the guess against the visitor's address, since it was not compared. */
  takeBack(): Promise<void>;
}

/**
 * Asks the gate of the visitor's address and then that of the link, so that an address that guesses
 * too often cannot spend a link's allowance. Throws if one of them does not answer.
 */
export async function takeGuess(
  env: Cloudflare.Env,
  record: RouteRecord,
  visitor: Visitor,
  nowMs: number,
): Promise<Guess> {
  const group = visitor.address === null ? null : addressGroup(visitor.address);
  const ofAddress = group === null ? null : await addressGateFor(env, record, group);
  const ofLink = gateFor(env, record);
  // The address alone: visitors choose their user agent, so each guess could seem a new visitor.
  const hashOf = await visitorHash(await secretOf(env, "AUTH_SECRET"), record.ledger);
  const key = hashOf("address", group ?? "unknown");

  async function takeBack(): Promise<void> {
    if (ofAddress === null) return;
    await tolerate("redirect.guess.kept", within(GATE_DEADLINE_MS, ofAddress.takeBack()));
  }
  async function succeeded(): Promise<void> {
    const clearing = within(GATE_DEADLINE_MS, ofLink.succeeded(key));
    await Promise.all([tolerate("redirect.guess.kept", clearing), takeBack()]);
  }

  const own = ofAddress === null ? FREE : await within(GATE_DEADLINE_MS, ofAddress.guess(nowMs));
  if (!own.allowed) return { ...own, succeeded, takeBack };
  const shared = await within(GATE_DEADLINE_MS, ofLink.attempt(key, nowMs));
  if (!shared.allowed) await takeBack();
  const retryAfterMs = Math.max(own.retryAfterMs, shared.retryAfterMs);
  return { allowed: shared.allowed, retryAfterMs, succeeded, takeBack };
}

/** Without an address, which Cloudflare always tells, the link's gate alone decides. */
const FREE = { allowed: true, retryAfterMs: 0 };
