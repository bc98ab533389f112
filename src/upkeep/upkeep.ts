/**
 * The clockwork: one object whose alarm sweeps up after interrupted requests.
 *
 * An alarm and not a cron, since alarms survive restarts and also fire in local development. The
 * alarm sets itself again each time; the cron and the API's first request only make sure of it.
 */

import { DurableObject } from "cloudflare:workers";

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";
import { queueOverdue } from "../webhooks/queueing.ts";
import {
  clearTombstones,
  closeDeletedWorkspaces,
  dropOutdated,
  forgetPurgedLinks,
  publishUnpublished,
  recheckDueDomains,
  ROWS_MAX,
} from "./sweeps.ts";

const INTERVAL_MS = MINUTE_MS;
/** The first sweep after a start finds what the last run left. */
const FIRST_MS = 5 * SECOND_MS;
/** Thousands of links may have left a domain at once: full sweeps follow one another. */
const NEXT_SLICE_MS = SECOND_MS;

export class Upkeep extends DurableObject<Cloudflare.Env> {
  /** Makes sure that a sweep is due within a minute. */
  async arm(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + FIRST_MS);
    }
  }

  override async alarm(): Promise<void> {
    // Set first: an alarm that throws is retried six times and then never again.
    await this.ctx.storage.setAlarm(Date.now() + INTERVAL_MS);
    if (await this.sweep(Date.now())) {
      await this.ctx.storage.setAlarm(Date.now() + NEXT_SLICE_MS);
    }
  }

  /** Runs every sweep once; one that fails holds up no other. Tells whether one has more to do. */
  async sweep(nowMs: number): Promise<boolean> {
    const { env } = this;
    const closing = await tolerate("upkeep.closures.failed", closeDeletedWorkspaces(env, nowMs));
    const settled = [
      await tolerate("upkeep.unpublished.failed", publishUnpublished(env, nowMs)),
      await tolerate("upkeep.tombstones.failed", clearTombstones(env, nowMs)),
      await tolerate("upkeep.purges.failed", forgetPurgedLinks(env)),
    ];
    await tolerate("upkeep.outbox.failed", queueOverdue(env, nowMs));
    await tolerate("upkeep.domains.failed", recheckDueDomains(env, nowMs));
    await tolerate("upkeep.outdated.failed", dropOutdated(env, nowMs));
    return closing === true || settled.includes(ROWS_MAX);
  }
}

/** Gives the installation's one Upkeep object. */
export function upkeepFor(env: Cloudflare.Env): DurableObjectStub<Upkeep> {
  return env.UPKEEP.getByName("upkeep");
}
