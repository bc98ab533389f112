/**
 * The Durable Object whose alarm runs the sweeps that repair interrupted requests.
 *
 * It uses an alarm and not a cron: alarms survive restarts and also fire in local development.
 * The alarm sets itself again each time; the cron and the API's first request only ensure that.
 */

import { DurableObject } from "cloudflare:workers";

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { placeOf } from "../platform/location.ts";
import { tolerate } from "../platform/log.ts";
import { handOverOverdue } from "../webhooks/hand-over.ts";
import { reportSetAside } from "./failures.ts";
import { dropOutdated } from "./outdated.ts";
import { meterQueries } from "./query-meter.ts";
import { SWEEP_MS, sweepAgain, sweepFresh } from "./row-sweep.ts";
import {
  CLOSURES,
  DOMAINS,
  PASSWORDS,
  PURGES,
  settleDueHostnames,
  TOMBSTONES,
  UNPUBLISHED,
} from "./sweeps.ts";

const INTERVAL_MS = MINUTE_MS;
/** The first sweep after a start repairs what the previous run left. */
const FIRST_MS = 5 * SECOND_MS;
/** Thousands of links may leave a domain at once, so full sweeps follow each other quickly. */
const NEXT_SLICE_MS = SECOND_MS;
/** For the rows that a sweep began last. */
const LEEWAY_MS = 5 * SECOND_MS;

/**
 * The statements to D1 after which a sweep begins no more rows, counted from the first sweep on: one
 * that needs few leaves more to those behind it. What the rows begun last still send stays far
 * within the next step, so that each sweep has its turn, and all of them stay below the 1,000
 * statements of an invocation.
 */
const QUERIES = {
  unpublished: 150,
  tombstones: 300,
  purges: 430,
  outbox: 520,
  closures: 680,
  domains: 780,
  again: 960,
};

export class Upkeep extends DurableObject<Cloudflare.Env> {
  /** Ensures that a sweep is due within a minute. */
  async arm(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + FIRST_MS);
    }
  }

  override async alarm(): Promise<void> {
    // Set first, because an alarm that throws is retried only six times.
    await this.ctx.storage.setAlarm(Date.now() + INTERVAL_MS);
    if (await this.sweep(Date.now())) {
      await this.ctx.storage.setAlarm(Date.now() + NEXT_SLICE_MS);
    }
  }

  /**
   * Runs every sweep once. Returns whether one has more to do.
   *
   * A sweep that fails or takes too long holds up no other, and rows that have failed before come
   * after all others: what they break then, even the whole process, is theirs alone.
   */
  async sweep(nowMs: number): Promise<boolean> {
    const { env, used } = meterQueries(this.env);
    const upTo = (queries: number) => () => used() < queries;
    const goOn = [
      await inTime("unpublished", sweepFresh(env, UNPUBLISHED, nowMs, upTo(QUERIES.unpublished))),
      await inTime("tombstones", sweepFresh(env, TOMBSTONES, nowMs, upTo(QUERIES.tombstones))),
      await inTime("purges", sweepFresh(env, PURGES, nowMs, upTo(QUERIES.purges))),
      await inTime("outbox", this.#handOver(env, nowMs, upTo(QUERIES.outbox))),
      await inTime("closures", sweepFresh(env, CLOSURES, nowMs, upTo(QUERIES.closures))),
      await inTime("domains", sweepFresh(env, DOMAINS, nowMs, upTo(QUERIES.domains))),
      await inTime("passwords", sweepFresh(env, PASSWORDS, nowMs)),
      await inTime(
        "hostnames",
        settleDueHostnames(env, nowMs).then(() => false),
      ),
      await inTime("outdated", dropOutdated(env, nowMs)),
    ];
    await inTime("unpublished", sweepAgain(env, UNPUBLISHED, nowMs, upTo(QUERIES.again)));
    await inTime("tombstones", sweepAgain(env, TOMBSTONES, nowMs, upTo(QUERIES.again)));
    await inTime("purges", sweepAgain(env, PURGES, nowMs, upTo(QUERIES.again)));
    await inTime("closures", sweepAgain(env, CLOSURES, nowMs, upTo(QUERIES.again)));
    await inTime("domains", sweepAgain(env, DOMAINS, nowMs, upTo(QUERIES.again)));
    await inTime("passwords", sweepAgain(env, PASSWORDS, nowMs, upTo(QUERIES.again)));
    await inTime("failures", reportSetAside(env.DB, nowMs));
    return goOn.includes(true);
  }

  async #handOver(env: Cloudflare.Env, nowMs: number, mayBegin: () => boolean): Promise<boolean> {
    await handOverOverdue(env, nowMs, mayBegin);
    return !mayBegin();
  }
}

/** Waits for a sweep until a little after it should have stopped; logs its failure. */
function inTime<T>(sweep: string, work: Promise<T>): Promise<T | null> {
  return tolerate("upkeep.sweep.failed", within(SWEEP_MS + LEEWAY_MS, work), { sweep });
}

/** Returns the installation's only Upkeep object. */
export function upkeepFor(env: Cloudflare.Env): DurableObjectStub<Upkeep> {
  return env.UPKEEP.getByName("upkeep", placeOf(env));
}
