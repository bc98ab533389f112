/**
 * The endpoints of one workspace. A store without a workspace cannot be made, so neither can a query
 * that shows somebody else's.
 */

import { and, asc, count, eq, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { databaseOf } from "../db/database.ts";
import { webhooks } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { checkTarget, type OutboundPolicy } from "../platform/safe-fetch.ts";
import { seal } from "../platform/sealing.ts";
import { type Endpoint, ENDPOINT_COLUMNS, endpointOf } from "./endpoint.ts";
import type { WebhookNotFound, WebhookUrlRefused } from "./errors.ts";
import type { Subscription } from "./events.ts";
import type { RetryPolicy } from "./schedule.ts";
import { newSecret, ROTATION_OVERLAP_MS } from "./secrets.ts";

export interface NewEndpoint {
  readonly url: string;
  readonly events: readonly Subscription[];
  /** One is made where none is given. */
  readonly secret?: string | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  readonly isActive?: boolean | undefined;
}

/** An absent field keeps its value. */
export type EndpointChanges = {
  readonly [K in Exclude<keyof NewEndpoint, "secret">]?: NewEndpoint[K] | undefined;
};

export interface WithSecret {
  readonly endpoint: Endpoint;
  /** The only time that it can be read. */
  readonly secret: string;
}

export interface EndpointContext {
  readonly env: Pick<Cloudflare.Env, "DB" | "ENCRYPTION_KEY">;
  readonly workspace: Pick<Workspace, "id" | "plan">;
  readonly nowMs: number;
  readonly policy: OutboundPolicy;
}

/** Beyond any plan: one event is written once for each endpoint. */
const ENDPOINTS_MAX = 50;

export function endpointStore({ env, workspace, nowMs, policy }: EndpointContext) {
  const db = databaseOf(env.DB);
  const isOurs = (uuid: string) =>
    and(eq(webhooks.uuid, uuid), eq(webhooks.workspaceId, workspace.id));

  async function change(
    uuid: string,
    columns: Partial<typeof webhooks.$inferInsert>,
  ): Promise<Result<Endpoint, WebhookNotFound>> {
    const [row] = await db
      .update(webhooks)
      .set({ ...columns, updatedAtMs: nowMs })
      .where(isOurs(uuid))
      .returning(ENDPOINT_COLUMNS);
    return row === undefined ? err({ reason: "webhook_not_found" }) : ok(endpointOf(row));
  }

  return {
    /** Oldest first. */
    async list(): Promise<Endpoint[]> {
      const rows = await db
        .select(ENDPOINT_COLUMNS)
        .from(webhooks)
        .where(eq(webhooks.workspaceId, workspace.id))
        .orderBy(asc(webhooks.id));
      return rows.map(endpointOf);
    },

    async find(uuid: string): Promise<Result<Endpoint, WebhookNotFound>> {
      const [row] = await db.select(ENDPOINT_COLUMNS).from(webhooks).where(isOurs(uuid));
      return row === undefined ? err({ reason: "webhook_not_found" }) : ok(endpointOf(row));
    },

    async create(
      given: NewEndpoint,
    ): Promise<Result<WithSecret, WebhookUrlRefused | QuotaExceeded>> {
      const target = await checkUrl(given.url, policy);
      if (!target.ok) return target;
      const uuid = crypto.randomUUID();
      const secret = given.secret ?? newSecret();
      const sealed = await seal(env.ENCRYPTION_KEY, uuid, secret);
      const limit = PLANS[workspace.plan].webhooksMax ?? ENDPOINTS_MAX;
      const { url, events, retryPolicy = "default", isActive = true } = given;
      // The count stands in the statement that inserts: two requests at once cannot both be the last.
      await db.run(sql`
        insert into webhooks (uuid, workspace_id, url, events, secret, retry_policy, is_active,
          created_at_ms, updated_at_ms)
        select ${uuid}, ${workspace.id}, ${url}, ${eventsText(events)}, ${sealed}, ${retryPolicy},
          ${Number(isActive)}, ${nowMs}, ${nowMs}
        where (select count(*) from webhooks where workspace_id = ${workspace.id}) < ${limit}`);
      const made = await this.find(uuid);
      if (made.ok) return ok({ endpoint: made.value, secret });
      const [row] = await db
        .select({ used: count() })
        .from(webhooks)
        .where(eq(webhooks.workspaceId, workspace.id));
      return err(exceeded("webhooks", workspace.plan, limit, row?.used ?? limit));
    },

    /** Switching it on again forgives its failures so far. */
    async update(
      uuid: string,
      { url, events, retryPolicy, isActive }: EndpointChanges,
    ): Promise<Result<Endpoint, WebhookNotFound | WebhookUrlRefused>> {
      const known = await this.find(uuid);
      if (!known.ok) return known;
      const target = url === undefined ? ok(null) : await checkUrl(url, policy);
      if (!target.ok) return target;
      const isAnother = url !== undefined && url !== known.value.url;
      return change(uuid, {
        ...(url !== undefined && { url }),
        ...(events !== undefined && { events: [...new Set(events)] }),
        ...(retryPolicy !== undefined && { retryPolicy }),
        ...(isActive !== undefined && { isActive, disabledReason: null }),
        ...((isAnother || isActive === true) && { failingSinceMs: null, isSlow: false }),
      });
    },

    /** Its deliveries that are still on their way go with it. */
    async delete(uuid: string): Promise<Result<null, WebhookNotFound>> {
      const deleted = await db
        .delete(webhooks)
        .where(isOurs(uuid))
        .returning({ uuid: webhooks.uuid });
      return deleted.length > 0 ? ok(null) : err({ reason: "webhook_not_found" });
    },

    /** Makes another secret; the one before it signs along for a day, one before that no longer. */
    async rotateSecret(uuid: string): Promise<Result<WithSecret, WebhookNotFound>> {
      const secret = newSecret();
      const rotated = await change(uuid, {
        secret: await seal(env.ENCRYPTION_KEY, uuid, secret),
        // In SQL the right-hand sides all see the row as it was.
        previousSecret: sql`${webhooks.secret}` as unknown as string,
        previousUntilMs: nowMs + ROTATION_OVERLAP_MS,
      });
      return rotated.ok ? ok({ endpoint: rotated.value, secret }) : rotated;
    },
  };
}

async function checkUrl(
  url: string,
  policy: OutboundPolicy,
): Promise<Result<URL, WebhookUrlRefused>> {
  const target = await checkTarget(url, policy);
  return target.ok ? target : err({ reason: "webhook_url_refused", problem: target.error });
}

function eventsText(events: readonly Subscription[]): string {
  return JSON.stringify([...new Set(events)]);
}
