/**
 * The Durable Object whose alarm runs the sweeps that repair interrupted requests.
 *
 * It uses an alarm and not a cron: alarms survive restarts and also fire in local development.
 * The alarm sets itself again each time; the cron and the API's first request only ensure that.
 */

import { DurableObject } from "cloudflare:workers";

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { placeOf } from "../platform/location.ts";
import { tolerate } from "../platform/log.ts";
import { handOverOverdue } from "../webhooks/hand-over.ts";
import {
  clearTombstones,
  closeDeletedWorkspaces,
  dropOutdated,
  forgetPurgedLinks,
  hashSealedPasswords,
  publishUnpublished,
  recheckDueDomains,
  ROWS_MAX,
  settleDueHostnames,
} from "./sweeps.ts";

const INTERVAL_MS = MINUTE_MS;
/** The first sweep after a start repairs what the previous run left. */
const FIRST_MS = 5 * SECOND_MS;
/** Thousands of links may leave a domain at once, so full sweeps follow each other quickly. */
const NEXT_SLICE_MS = SECOND_MS;

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

  /** Runs every sweep once. A failure blocks no other sweep. Returns whether one has more to do. */
  async sweep(nowMs: number): Promise<boolean> {
    const { env } = this;
    const closing = await tolerate("upkeep.closures.failed", closeDeletedWorkspaces(env, nowMs));
    const settled = [
      await tolerate("upkeep.unpublished.failed", publishUnpublished(env, nowMs)),
      await tolerate("upkeep.tombstones.failed", clearTombstones(env, nowMs)),
      await tolerate("upkeep.purges.failed", forgetPurgedLinks(env)),
    ];
    const hashing = await tolerate("upkeep.passwords.failed", hashSealedPasswords(env));
    await tolerate("upkeep.outbox.failed", handOverOverdue(env, nowMs));
    await tolerate("upkeep.domains.failed", recheckDueDomains(env, nowMs));
    await tolerate("upkeep.hostnames.failed", settleDueHostnames(env, nowMs));
    await tolerate("upkeep.outdated.failed", dropOutdated(env, nowMs));
    return closing === true || hashing === true || settled.includes(ROWS_MAX);
  }
}

/** Returns the installation's only Upkeep object. */
export function upkeepFor(env: Cloudflare.Env): DurableObjectStub<Upkeep> {
  return env.UPKEEP.getByName("upkeep", placeOf(env));
}
