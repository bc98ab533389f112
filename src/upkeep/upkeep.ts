/**
 * The clockwork: one object whose alarm sweeps up after interrupted requests.
 *
 * An alarm and not a cron, since alarms survive restarts and also fire in local development. The
 * alarm sets itself again each time; the cron and the API's first request only make sure of it.
 */

import { DurableObject } from "cloudflare:workers";

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";
import { clearTombstones, dropOutdated, forgetPurgedLinks, publishUnpublished } from "./sweeps.ts";

const INTERVAL_MS = MINUTE_MS;
/** The first sweep after a start finds what the last run left. */
const FIRST_MS = 5 * SECOND_MS;

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
    await this.sweep(Date.now());
  }

  /** Runs every sweep once; one that fails holds up no other. */
  async sweep(nowMs: number): Promise<void> {
    await tolerate("upkeep.unpublished.failed", publishUnpublished(this.env, nowMs));
    await tolerate("upkeep.tombstones.failed", clearTombstones(this.env, nowMs));
    await tolerate("upkeep.purges.failed", forgetPurgedLinks(this.env));
    await tolerate("upkeep.outdated.failed", dropOutdated(this.env, nowMs));
  }
}

/** Gives the installation's one Upkeep object. */
export function upkeepFor(env: Cloudflare.Env): DurableObjectStub<Upkeep> {
  return env.UPKEEP.getByName("upkeep");
}
