/**
 * The record of what happened in one workspace: its clicks, conversions and webhook deliveries. A
 * shell over functions of this folder, and the only writer of its tables.
 */

import { DurableObject } from "cloudflare:workers";

import { configOf } from "../config.ts";
import { DAY_MS } from "../platform/clock.ts";
import { log, tolerate } from "../platform/log.ts";
import { meteredSql, type MeteredSql } from "../platform/metered-sql.ts";
import type { ClickBatch, IngestedBatch, LogPage } from "./contract.ts";
import {
  forgetSoon,
  hasTrail,
  reindex,
  switchTracking,
  trailSlice,
} from "./conversions/attribution.ts";
import { ATTRIBUTION_DAYS } from "./conversions/contract.ts";
import type {
  ConversionPage,
  ConversionQuery,
  ConversionReport,
  Converted,
  LoggedConversion,
  NewConversion,
  OwedConversions,
  UntoldConversion,
} from "./conversions/contract.ts";
import {
  conversionPage,
  conversionsOf,
  convert,
  deleteConversion,
  forgetAttribution,
  listConversions,
  refundConversion,
} from "./conversions/conversions.ts";
import { conversionsSlice, hasConversions } from "./conversions/past.ts";
import { oweTelling, settleTellings, takeOwed, untoldConversions } from "./conversions/telling.ts";
import type {
  DetailedReport,
  LinkActivity,
  LinkState,
  Report,
  ReportRange,
  ValueCount,
  WorkspaceTotals,
} from "./counts/contract.ts";
import {
  emptyState,
  humans,
  stateStore,
  WORKSPACE,
  type StateStore,
} from "./counts/state-store.ts";
import { forgetCrossings, keepThresholds, settleCrossings } from "./crossings.ts";
import type {
  Attempt,
  AttemptOutcome,
  Claim,
  DeliveryKey,
  DeliveryPage,
  LoggedDelivery,
  OfferedEvent,
  QueuedDelivery,
  Recorded,
  Redeliverable,
} from "./deliveries/contract.ts";
import {
  claimDelivery,
  deliveriesSlice,
  forgetClicks,
  hasDeliveries,
  listDeliveries,
  recordAttempt,
  reopenDeliveries,
} from "./deliveries/deliveries.ts";
import { dropWebhook, keepPlace, offerEvents, takeNext } from "./deliveries/waiting.ts";
import { ingestBatches } from "./ingest.ts";
import type { LedgerId } from "./ledger-id.ts";
import { logPage } from "./log/log-export.ts";
import { isPurging, purgeCounts, purgeSlice, resetCounts } from "./log/purge.ts";
import { logsSinceMs, retentionSlice, SIZE_WARNING_BYTES } from "./log/retention.ts";
import { dropMark, readMark, writeMark } from "./marks.ts";
import { migrate } from "./migrations.ts";
import {
  conversionReportOf,
  detailedReportOf,
  linkStateOf,
  linkTotals,
  reportOf,
  variantClicksOf,
} from "./reports.ts";

export class Ledger extends DurableObject<Cloudflare.Env> {
  /** An own property, so RPC does not expose it; it meters the rows that this object touches. */
  readonly sql: MeteredSql;
  readonly #states: StateStore;
  #alarmAtMs: number | null = null;
  /** Null until they are read. */
  #thresholds: ReadonlySet<number> | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.sql = meteredSql(ctx.storage.sql);
    this.#states = stateStore(this.sql);
    void ctx.blockConcurrencyWhile(async () => {
      this.#transact(() => migrate(this.sql));
      this.#alarmAtMs = await ctx.storage.getAlarm();
    });
  }

  /**
   * Counts batches, each once by its id: either all of them or, if this throws, none.
   *
   * Returns results in the order of the batches. A deleted workspace refuses clicks permanently.
   * `thresholds` are the numbers of clicks that webhooks are to be told of; null for those of before.
   */
  async ingest(
    batches: readonly ClickBatch[],
    thresholds: readonly number[] | null = null,
  ): Promise<IngestedBatch[]> {
    if (readMark(this.sql, "closed") !== null) {
      return batches.map(({ id }) => ({ id, firstClickId: 0, repeated: false, refused: true }));
    }
    const tracksVisitors = readMark(this.sql, "tracking") !== null;
    const known = this.#thresholds;
    const settings = { logsSinceMs: this.#logsSinceMs(), tracksVisitors };
    const ingested = this.#transact(() => {
      this.#thresholds = keepThresholds(this.sql, thresholds, known);
      const withThresholds = { ...settings, thresholds: this.#thresholds };
      return ingestBatches(this.sql, this.#states, batches, withThresholds);
    });
    if (this.#alarmAtMs === null) await this.#tidyIn(DAY_MS);
    return ingested;
  }

  linkReport(linkId: number, range: ReportRange): Report {
    return reportOf(this.sql, this.#states, linkId, range);
  }

  /** Returns a link's report, with the clicks that its rules and variants served. */
  detailedLinkReport(linkId: number, range: ReportRange): DetailedReport {
    return detailedReportOf(this.sql, this.#states, linkId, range);
  }

  workspaceReport(range: ReportRange): Report {
    return reportOf(this.sql, this.#states, WORKSPACE, range);
  }

  /** Returns the workspace's report, with the conversions attributed to each link. */
  conversionReport(range: ReportRange): ConversionReport {
    return conversionReportOf(this.sql, this.#states, range);
  }

  totals(): WorkspaceTotals {
    const { classes, leaders } = this.#states.load(WORKSPACE) ?? emptyState(WORKSPACE);
    return { clicks: humans(classes), leaders: leaders.list };
  }

  linkTotals(linkIds: readonly number[]): LinkActivity[] {
    return linkTotals(this.sql, linkIds);
  }

  variantClicks(linkId: number): ValueCount[] {
    return variantClicksOf(this.#states, linkId);
  }

  linkState(linkId: number): LinkState {
    return linkStateOf(this.#states, linkId, this.#logsSinceMs());
  }

  /** Returns a page of the click log; a null cursor starts at the beginning. */
  exportLog(cursor: string | null): LogPage {
    return logPage(this.sql, cursor);
  }

  /**
   * Stores events for the endpoints that subscribe to them, and queues as many of their deliveries
   * as there are places; the others follow as those end. Settles the conversions, and the
   * thresholds that batches crossed, that the events tell of. Safe to repeat.
   */
  async offer(
    ledger: LedgerId,
    events: readonly OfferedEvent[],
    conversionIds: readonly number[] = [],
    batchIds: readonly string[] = [],
  ): Promise<void> {
    if (readMark(this.sql, "closed") !== null) return;
    await this.#queueNext(Date.now(), (nowMs) => {
      this.#learnName(ledger);
      offerEvents(this.sql, events, nowMs);
      settleTellings(this.sql, conversionIds);
      settleCrossings(this.sql, batchIds);
    });
  }

  /** Claims a delivery for one attempt; in a deleted workspace every delivery is over. */
  async claimDelivery(delivery: DeliveryKey, nowMs: number): Promise<Claim> {
    const claim = this.#transact(() => claimDelivery(this.sql, delivery, nowMs));
    // Its place is normally free by now: this is a copy of a message.
    if (claim.kind === "over") await this.#free(delivery, nowMs);
    return claim;
  }

  /** Records an attempt; if that ends the delivery, others follow it into the queue. */
  async recordAttempt(
    delivery: DeliveryKey,
    attempt: Attempt,
    outcome: AttemptOutcome,
    nowMs: number,
  ): Promise<Recorded> {
    return this.#queueNext(nowMs, () => {
      recordAttempt(this.sql, delivery, attempt, outcome);
      return { staysQueued: keepPlace(this.sql, delivery, outcome.nextAtMs, nowMs) };
    });
  }

  listDeliveries(webhook: string, page: DeliveryPage): LoggedDelivery[] {
    return listDeliveries(this.sql, webhook, page);
  }

  /** Restarts finished deliveries; returns how many. */
  async redeliver(webhook: string, wanted: Redeliverable): Promise<number> {
    return this.#queueNext(Date.now(), (nowMs) =>
      reopenDeliveries(this.sql, webhook, wanted, nowMs),
    );
  }

  /** Forgets what a deleted endpoint would still have received. */
  async dropWebhook(webhook: string): Promise<void> {
    await this.#queueNext(Date.now(), () => dropWebhook(this.sql, webhook));
  }

  /**
   * Stores a conversion and attributes it to a click. An order counts once per goal, even when it
   * arrives several times at once.
   */
  async convert(conversion: NewConversion): Promise<Converted> {
    const converted = this.#convert(conversion);
    // No click may have come yet, which would have set the alarm.
    const isKept = converted.kind === "tracked";
    if (isKept && this.#alarmAtMs === null) await this.#tidyIn(DAY_MS);
    return converted;
  }

  /**
   * Does the same, and remembers that webhooks are to be told. Unless an offer settles that soon, a
   * queue message asks for it.
   */
  async convertToTell(ledger: LedgerId, conversion: NewConversion): Promise<Converted> {
    return this.#queueNext(Date.now(), (nowMs) => {
      const converted = this.#convert(conversion);
      if (converted.kind === "tracked") {
        this.#learnName(ledger);
        oweTelling(this.sql, converted.conversionId, nowMs);
      }
      return converted;
    });
  }

  /** Returns those of these conversions that webhooks have not been told of. */
  untoldConversions(conversionIds: readonly number[]): UntoldConversion[] {
    return untoldConversions(this.sql, conversionIds);
  }

  /**
   * Starts or stops storing attribution data, which must be on while a goal is active. Data that is
   * already stored stays for the window; earlier clicks can be found by their ids.
   */
  async trackVisitors(isOn: boolean): Promise<void> {
    if (readMark(this.sql, "closed") !== null) return;
    const since = Date.now() - this.#windowMs();
    if (this.#transact(() => switchTracking(this.sql, isOn, since))) await this.#tidyIn(0);
  }

  /** Sets the attribution window in days; null restores the default of 30. */
  async attributeWithin(days: number | null): Promise<void> {
    if (readMark(this.sql, "closed") !== null) return;
    this.#transact(() => {
      if (days === null) dropMark(this.sql, "attribution");
      else writeMark(this.sql, "attribution", String(days));
      reindex(this.sql);
    });
    await this.#tidyIn(0);
  }

  /** Lists conversions, the newest first; `next` continues, also after a page without any. */
  listConversions(query: ConversionQuery): ConversionPage {
    return listConversions(this.sql, query);
  }

  /** Finds a conversion; null if there is none with this id, or none any more. */
  findConversion(id: number): LoggedConversion | null {
    return conversionsOf(this.sql, [id])[0] ?? null;
  }

  /**
   * Notes that a conversion was refunded, and stores the events that tell of it, or neither. Returns
   * false if there is none, or it was refunded before.
   */
  async refundConversion(
    ledger: LedgerId,
    id: number,
    events: readonly OfferedEvent[],
  ): Promise<boolean> {
    if (readMark(this.sql, "closed") !== null) return false;
    return this.#queueNext(Date.now(), (nowMs) => {
      const isRefunded = refundConversion(this.sql, id, nowMs);
      if (!isRefunded) return false;
      this.#learnName(ledger);
      offerEvents(this.sql, events, nowMs);
      return true;
    });
  }

  /** Deletes a conversion and its count; returns false if there is none. */
  deleteConversion(id: number): boolean {
    return this.#transact(() => deleteConversion(this.sql, this.#states, id));
  }

  /** Returns a page of all conversions; null starts at the beginning. */
  exportConversions(afterId: number | null): ConversionPage {
    return conversionPage(this.sql, afterId);
  }

  /**
   * Forgets a link: its counts at once, its clicks in the log soon after, in an alarm.
   *
   * Clicks that arrive later are counted as `late`, for the workspace only. Idempotent.
   */
  async purgeLink(linkId: number, createdAtMs: number): Promise<void> {
    this.#transact(() => {
      purgeCounts(this.sql, this.#states, linkId, createdAtMs);
      forgetClicks(this.sql, linkId);
      forgetCrossings(this.sql, linkId);
      forgetAttribution(this.sql, this.#states, linkId);
      forgetSoon(this.sql);
    });
    if (isPurging(this.sql)) await this.#tidyIn(0);
  }

  /**
   * Begins a link's counts again, once for a time at which it was asked for. Clicks from before that
   * arrive later are counted as `late`. Conversions stay, and so does what they are attributed by.
   */
  async resetLink(linkId: number, createdAtMs: number, askedAtMs: number): Promise<void> {
    if (readMark(this.sql, "closed") !== null) return;
    this.#transact(() => {
      resetCounts(this.sql, this.#states, linkId, createdAtMs, askedAtMs);
    });
    if (isPurging(this.sql)) await this.#tidyIn(0);
  }

  /**
   * Shortens the retention of single clicks to a number of days, which never affects counts; null
   * restores the installation's retention. An alarm deletes expired clicks soon after.
   */
  async keepClicksFor(days: number | null): Promise<void> {
    if (readMark(this.sql, "closed") !== null) return;
    this.#transact(() => {
      if (days === null) dropMark(this.sql, "retention");
      else writeMark(this.sql, "retention", String(days));
    });
    await this.#tidyIn(0);
  }

  /** Forgets everything permanently: the Ledger of a deleted workspace counts nothing more. */
  async close(): Promise<void> {
    this.#states.forget();
    this.#thresholds = null;
    await this.ctx.storage.deleteAll();
    this.#transact(() => {
      migrate(this.sql);
      writeMark(this.sql, "closed", "1");
    });
    this.#alarmAtMs = null;
  }

  override async alarm(): Promise<void> {
    this.#alarmAtMs = null;
    const nowMs = Date.now();
    try {
      const tidyAtMs = Number(readMark(this.sql, "tidy") ?? nowMs);
      if (tidyAtMs > nowMs) await this.#wakeBy(tidyAtMs);
      else await this.#tidyNow();
      await this.#queueNext(nowMs, () => {});
    } catch (error) {
      // Cloudflare retries an alarm that throws only a few times.
      log("error", "ledger.alarm.failed", { error });
      await this.#tidyIn(ALARM_RETRY_MS);
    }
  }

  #convert(conversion: NewConversion): Converted {
    if (readMark(this.sql, "closed") !== null) return { kind: "closed" };
    return this.#transact(() => convert(this.sql, this.#states, conversion, this.#windowMs()));
  }

  /** Does one slice of the work that is due; returns whether more is left. */
  #tidy(): boolean {
    const bytes = this.ctx.storage.sql.databaseSize;
    const oversized = bytes > SIZE_WARNING_BYTES;
    if (oversized) log("warn", "ledger.size.high", { bytes });
    const nowMs = Date.now();
    const retention = { nowMs, clickDays: this.#clickDays(), oversized };
    // Every task runs, even if an earlier one is unfinished.
    const unfinished = [
      purgeSlice(this.sql),
      deliveriesSlice(this.sql, nowMs),
      trailSlice(this.sql, nowMs - this.#windowMs()),
      conversionsSlice(this.sql, nowMs),
      retentionSlice(this.sql, this.#states, retention),
    ];
    return unfinished.includes(true);
  }

  async #tidyNow(): Promise<void> {
    dropMark(this.sql, "tidy");
    const unfinished = this.#transact(() => this.#tidy());
    const isEmpty = this.sql.run("SELECT 1 FROM batches LIMIT 1").length === 0;
    if (unfinished) await this.#tidyIn(0);
    else if (
      !isEmpty ||
      hasDeliveries(this.sql) ||
      hasTrail(this.sql) ||
      hasConversions(this.sql)
    ) {
      await this.#tidyIn(DAY_MS);
    }
  }

  async #tidyIn(afterMs: number): Promise<void> {
    const atMs = Date.now() + afterMs;
    const markedMs = readMark(this.sql, "tidy");
    if (markedMs !== null && Number(markedMs) > atMs) writeMark(this.sql, "tidy", String(atMs));
    await this.#wakeBy(atMs);
  }

  /**
   * Makes a change to deliveries, then queues those that have a place, and the conversions that are
   * still to be told. All of it is stored before anything is sent; what is not sent then, the alarm
   * sends.
   */
  async #queueNext<T>(nowMs: number, change: (nowMs: number) => T): Promise<T> {
    const [changed, next, owed] = this.#transact(
      () => [change(nowMs), takeNext(this.sql, nowMs), takeOwed(this.sql, nowMs)] as const,
    );
    await this.#wakeToQueue(nowMs, next.wakeAtMs, owed.wakeAtMs);
    const ledger = readMark(this.sql, "ledger") as LedgerId | null;
    if (ledger === null) return changed;
    const bodies: (QueuedDelivery | OwedConversions)[] = next.keys.map((key) => ({
      v: 1,
      ledger,
      ...key,
    }));
    const { conversions } = owed;
    if (conversions.length > 0) bodies.push({ v: 1, ledger, conversions });
    if (bodies.length === 0) return changed;
    const sent = this.env.WEBHOOKS.sendBatch(bodies.map((body) => ({ body })));
    this.ctx.waitUntil(tolerate("ledger.queue.failed", sent, { count: bodies.length }));
    return changed;
  }

  /** Sets an alarm that comes before the daily one; a mark keeps that from coming each time. */
  async #wakeToQueue(nowMs: number, ...times: readonly (number | null)[]): Promise<void> {
    const atMs = Math.min(...times.filter((time) => time !== null));
    if (atMs === Infinity || (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs)) return;
    if (readMark(this.sql, "tidy") === null) {
      writeMark(this.sql, "tidy", String(this.#alarmAtMs ?? nowMs + DAY_MS));
    }
    await this.#wakeBy(atMs);
  }

  #learnName(ledger: LedgerId): void {
    if (readMark(this.sql, "ledger") === null) writeMark(this.sql, "ledger", ledger);
  }

  async #free(delivery: DeliveryKey, nowMs: number): Promise<void> {
    await this.#queueNext(nowMs, () => keepPlace(this.sql, delivery, null, nowMs));
  }

  async #wakeBy(atMs: number): Promise<void> {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    await this.ctx.storage.setAlarm(atMs);
    this.#alarmAtMs = atMs;
  }

  #logsSinceMs(): number {
    return logsSinceMs(this.#clickDays(), Date.now());
  }

  #windowMs(): number {
    return Number(readMark(this.sql, "attribution") ?? ATTRIBUTION_DAYS) * DAY_MS;
  }

  #clickDays(): number {
    const { clickRetentionDays } = configOf(this.env);
    const wanted = readMark(this.sql, "retention");
    return wanted === null ? clickRetentionDays : Math.min(clickRetentionDays, Number(wanted));
  }

  /** Runs a change atomically, both in storage and in memory. */
  #transact<T>(change: () => T): T {
    try {
      return this.ctx.storage.transactionSync(change);
    } catch (error) {
      this.#states.forget();
      this.#thresholds = null;
      throw error;
    }
  }
}

const ALARM_RETRY_MS = 60_000;
