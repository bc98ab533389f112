/**
 * Guards one link: admits an exact number of clicks, and slows down guessing its password.
 * A shell over pure functions; nothing is awaited between reading a state and writing the next one.
 */

import { DurableObject } from "cloudflare:workers";

import { ledgerFor } from "../ledger/stub.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { log, tolerate } from "../platform/log.ts";
import { meteredSql, type MeteredSql } from "../platform/metered-sql.ts";
import { attemptStore, type AttemptStore } from "./attempt-store.ts";
import { afterSuccess, DELAY_MAX_MS, FORGIVEN_AFTER_MS, nextAttempt } from "./attempts.ts";
import {
  admitOne,
  inquiryFor,
  restarted,
  withTotal,
  type Inquiry,
  type LimitState,
} from "./click-limit.ts";
import type { Admission, AdmitRequest, AttemptAnswer } from "./contract.ts";
import { loadLimit, saveLimit } from "./limit-store.ts";
import { isForgotten, makeTables, markForgotten, markRestarted, restartedAtMs } from "./tables.ts";

/** How long the first click of a newly set limit waits for the Ledger. */
const LEDGER_MS = 3 * SECOND_MS;
/** How long a visitor waits for a better count. */
const LOOK_MS = SECOND_MS;
/** No route record of a purged link lives longer than this. */
const FORGOTTEN_MS = DAY_MS;
const FORGOTTEN: Admission = { admitted: false, used: 0 };
const VISITOR_KEY_MAX = 64;
const ALARM_RETRY_MS = MINUTE_MS;

export class LinkGate extends DurableObject<Cloudflare.Env> {
  /** An own property, so RPC does not expose it; it meters the rows that this object touches. */
  readonly sql: MeteredSql;
  #attempts: AttemptStore | null = null;
  #alarmIsSet = false;
  #lookedAtMs = 0;
  #reading: Promise<number> | null = null;
  #restarts = 0;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.sql = meteredSql(ctx.storage.sql);
  }

  /**
   * Admits or refuses one human click of a limited link. Writes at most one row.
   *
   * The first click of a newly set limit waits for the Ledger's total, and rejects without one: the
   * caller must then answer 503 and never redirect.
   */
  async admit(asked: AdmitRequest, nowMs: number): Promise<Admission> {
    this.#open();
    if (isForgotten(this.sql)) return FORGOTTEN;
    const inquiry = inquiryFor(loadLimit(this.sql), asked, this.#lookedAtMs, nowMs);
    if (inquiry === "none") return this.#take(asked, null, nowMs);
    const restarts = this.#restarts;
    const total = await this.#totalOf(asked, inquiry, nowMs);
    // A total from before a restart has clicks in it that no longer count.
    return restarts === this.#restarts ? this.#take(asked, total, nowMs) : this.admit(asked, nowMs);
  }

  /**
   * Begins the count again, once for a time at which it was asked for. Called after the Ledger has
   * done the same: a new limit begins from its total.
   */
  restart(askedAtMs: number): void {
    this.#open();
    if (isForgotten(this.sql) || restartedAtMs(this.sql) >= askedAtMs) return;
    const nowMs = Math.max(askedAtMs, Date.now());
    markRestarted(this.sql, nowMs);
    this.#restarts += 1;
    this.#reading = null;
    const state = loadLimit(this.sql);
    if (state !== null) saveLimit(this.sql, restarted(state, nowMs));
  }

  /** Whether `admit` would admit a click now. Consumes and writes nothing; rejects as `admit` does. */
  async wouldAdmit(asked: AdmitRequest, nowMs: number): Promise<boolean> {
    this.#open();
    if (isForgotten(this.sql)) return false;
    const inquiry = inquiryFor(loadLimit(this.sql), asked, this.#lookedAtMs, nowMs);
    const total = inquiry === "none" ? null : await this.#totalOf(asked, inquiry, nowMs);
    const counted = this.#counted(loadLimit(this.sql), asked, total, nowMs);
    return admitOne(counted, asked).admission.admitted;
  }

  /** Returns the count of the limit set in version `since`; null before its first click. */
  used(since: number): number | null {
    this.#open();
    const state = loadLimit(this.sql);
    return state?.limit.since === since ? state.used : null;
  }

  /**
   * Counts one try before the password is compared, and returns whether it may be compared.
   *
   * `visitorKey` is a keyed hash of the visitor's address group only, at most 64 characters. The
   * user agent is not part of it: visitors choose theirs, so each guess could be a new visitor.
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

  /** Clears a visitor after the right password, and refunds the try to the link's allowance. */
  succeeded(visitorKey: string): void {
    const attempts = this.#open();
    const before = attempts.load(visitorKey);
    attempts.save(visitorKey, before, afterSuccess(before));
  }

  /**
   * Forgets a purged link, and refuses visitors whom an old route record still sends here.
   *
   * The object deletes its storage a day later. Idempotent.
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
      // At least an hour away, so that one alarm serves many visitors.
      const dueMs = Math.max(earliestMs + FORGIVEN_AFTER_MS, Date.now() + HOUR_MS);
      await this.ctx.storage.setAlarm(dueMs);
    } catch (error) {
      // Cloudflare retries an alarm that throws only a few times.
      log("error", "gate.alarm.failed", { error });
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    }
  }

  /** Creates the tables on first use, not in the constructor, as `#vanish` can delete them. */
  #open(): AttemptStore {
    if (this.#attempts !== null) return this.#attempts;
    makeTables(this.sql);
    this.#attempts = attemptStore(this.sql);
    return this.#attempts;
  }

  #take(asked: AdmitRequest, total: number | null, nowMs: number): Admission {
    // Read again: while waiting for the Ledger, other clicks were admitted or the link was purged.
    if (isForgotten(this.sql)) return FORGOTTEN;
    const before = loadLimit(this.sql);
    const { state, admission } = admitOne(this.#counted(before, asked, total, nowMs), asked);
    if (state !== before) saveLimit(this.sql, state);
    return admission;
  }

  #counted(
    stored: LimitState | null,
    asked: AdmitRequest,
    total: number | null,
    nowMs: number,
  ): LimitState {
    const counted = total === null ? stored : withTotal(stored, asked, total, nowMs);
    if (counted === null) throw new Error("A click was admitted before the count was known.");
    return counted;
  }

  /** Returns null when the Ledger does not answer in time and its total is not required. */
  async #totalOf(asked: AdmitRequest, inquiry: Inquiry, nowMs: number): Promise<number | null> {
    // One read serves all clicks that arrive meanwhile; each of them waits for its result.
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
