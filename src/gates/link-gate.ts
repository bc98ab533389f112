/**
 * Guards one link: lets an exact number of clicks in, and slows those down who guess its password.
 * A shell over pure functions; nothing is awaited between reading a state and writing the next.
 */

import { DurableObject } from "cloudflare:workers";

import { ledgerFor } from "../ledger/stub.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { log, tolerate } from "../platform/log.ts";
import { meteredSql, type MeteredSql } from "../platform/metered-sql.ts";
import { attemptStore, type AttemptStore } from "./attempt-store.ts";
import { afterSuccess, DELAY_MAX_MS, FORGIVEN_AFTER_MS, nextAttempt } from "./attempts.ts";
import { admitOne, inquiryFor, withTotal, type Inquiry } from "./click-limit.ts";
import type { Admission, AdmitRequest, AttemptAnswer } from "./contract.ts";
import { loadLimit, saveLimit } from "./limit-store.ts";
import { isForgotten, makeTables, markForgotten } from "./tables.ts";

/** The first click of a limit waits so long for the Ledger. */
const LEDGER_MS = 3 * SECOND_MS;
/** A better count is not worth more of a visitor's time. */
const LOOK_MS = SECOND_MS;
/** No route record of a purged link lives longer. */
const FORGOTTEN_MS = DAY_MS;
const FORGOTTEN: Admission = { admitted: false, used: 0 };
const VISITOR_KEY_MAX = 64;
const ALARM_RETRY_MS = MINUTE_MS;

export class LinkGate extends DurableObject<Cloudflare.Env> {
  /** An own property, so RPC does not reach it; its meter tells what this object has cost. */
  readonly sql: MeteredSql;
  #attempts: AttemptStore | null = null;
  #alarmIsSet = false;
  #lookedAtMs = 0;
  #reading: Promise<number> | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.sql = meteredSql(ctx.storage.sql);
  }

  /**
   * Takes one human click of a limited link, or refuses it. Writes one row at most.
   *
   * The first click of a newly set limit waits for the Ledger's total, and rejects without one: its
   * caller must then answer 503, and never redirect.
   */
  async admit(asked: AdmitRequest, nowMs: number): Promise<Admission> {
    this.#open();
    if (isForgotten(this.sql)) return FORGOTTEN;
    const inquiry = inquiryFor(loadLimit(this.sql), asked, this.#lookedAtMs, nowMs);
    if (inquiry === "none") return this.#take(asked, null, nowMs);
    return this.#take(asked, await this.#totalOf(asked, inquiry, nowMs), nowMs);
  }

  /** Gives the count of the limit that was set in version `since`; null before its first click. */
  used(since: number): number | null {
    this.#open();
    const state = loadLimit(this.sql);
    return state?.limit.since === since ? state.used : null;
  }

  /**
   * Counts one try of the password, before it is compared, and says whether it may be.
   *
   * `visitorKey` is a keyed hash of the visitor's address group alone, 64 characters at most: a user
   * agent is the visitor's own choice, and would make each guess a new visitor.
   */
  async attempt(visitorKey: string, nowMs: number): Promise<AttemptAnswer> {
    if (visitorKey.length > VISITOR_KEY_MAX) throw new RangeError("The visitor's key is too long.");
    const attempts = this.#open();
    if (isForgotten(this.sql)) return { allowed: false, retryAfterMs: DELAY_MAX_MS };
    const before = attempts.load(visitorKey);
    const { answer, state } = nextAttempt(before, nowMs);
    attempts.save(visitorKey, before, state);
    await this.#armPruning();
    return answer;
  }

  /** Clears a visitor whose try was right; the link's allowance gets that try back. */
  succeeded(visitorKey: string): void {
    const attempts = this.#open();
    const before = attempts.load(visitorKey);
    attempts.save(visitorKey, before, afterSuccess(before));
  }

  /**
   * Forgets a purged link and refuses whoever still comes by an old record.
   *
   * A day later nothing of the object is left. Doing it again changes nothing.
   */
  async forget(): Promise<void> {
    this.#open();
    if (isForgotten(this.sql)) return;
    markForgotten(this.sql);
    await this.ctx.storage.setAlarm(Date.now() + FORGOTTEN_MS);
  }

  override async alarm(): Promise<void> {
    this.#alarmIsSet = false;
    try {
      const attempts = this.#open();
      if (isForgotten(this.sql)) return await this.#vanish();
      const earliestMs = attempts.prune(Date.now() - FORGIVEN_AFTER_MS);
      if (earliestMs === null) return;
      // An hour away at least, so that one alarm serves many.
      const dueMs = Math.max(earliestMs + FORGIVEN_AFTER_MS, Date.now() + HOUR_MS);
      await this.ctx.storage.setAlarm(dueMs);
    } catch (error) {
      // An alarm that throws is tried a few times and then never again.
      log("error", "gate.alarm.failed", { error });
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    }
  }

  /** Makes the tables on first use and not in the constructor: an object may have to vanish while it runs. */
  #open(): AttemptStore {
    if (this.#attempts !== null) return this.#attempts;
    makeTables(this.sql);
    this.#attempts = attemptStore(this.sql);
    return this.#attempts;
  }

  #take(asked: AdmitRequest, total: number | null, nowMs: number): Admission {
    // Read again: others were let in, and the link may have been purged, while the Ledger was asked.
    if (isForgotten(this.sql)) return FORGOTTEN;
    const before = loadLimit(this.sql);
    const counted = total === null ? before : withTotal(before, asked, total, nowMs);
    if (counted === null) throw new Error("A limit was asked for before its count was known.");
    const { state, admission } = admitOne(counted, asked);
    if (state !== before) saveLimit(this.sql, state);
    return admission;
  }

  /** Null when the Ledger does not answer and the click need not wait for it. */
  async #totalOf(asked: AdmitRequest, inquiry: Inquiry, nowMs: number): Promise<number | null> {
    // One question serves all who come meanwhile; none of them passes by its answer.
    this.#reading ??= this.#readTotal(asked).finally(() => {
      this.#reading = null;
      this.#lookedAtMs = nowMs;
    });
    if (inquiry === "required") return this.#reading;
    return tolerate("gate.ledger.silent", within(LOOK_MS, this.#reading), {
      linkId: asked.linkId,
    });
  }

  async #readTotal({ ledger, linkId }: AdmitRequest): Promise<number> {
    const [total] = await within(LEDGER_MS, ledgerFor(this.env, ledger).linkTotals([linkId]));
    return total?.clicks ?? 0;
  }

  async #armPruning(): Promise<void> {
    if (this.#alarmIsSet) return;
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + FORGIVEN_AFTER_MS);
    }
    this.#alarmIsSet = true;
  }

  async #vanish(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.#attempts = null;
  }
}
