/**
 * The endpoints of one workspace. A store cannot be made without a workspace, so no query can reach
 * another workspace's endpoints.
 */

import { and, asc, count, eq, type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { databaseOf } from "../db/database.ts";
import { webhooks } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { checkTarget, type OutboundPolicy } from "../platform/safe-fetch.ts";
import { seal } from "../platform/sealing.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";
import { type Endpoint, ENDPOINT_COLUMNS, endpointOf } from "./endpoint.ts";
import type {
  WebhookExists,
  WebhookFilterUnknown,
  WebhookNotFound,
  WebhookUrlRefused,
} from "./errors.ts";
import { normalSubscriptions, type Subscription } from "./events.ts";
import { type Filters, normalFilters } from "./filters.ts";
import type { RetryPolicy } from "./schedule.ts";
import { newSecret, ROTATION_OVERLAP_MS } from "./secrets.ts";
import { normalThresholds } from "./thresholds.ts";

export interface NewEndpoint {
  readonly url: string;
  readonly events: readonly Subscription[];
  /** In a change, absent lists stay; an empty one limits nothing. */
  readonly filters?: Filters | undefined;
  /** The numbers of clicks of `link.threshold`; empty for powers of ten. */
  readonly thresholds?: readonly number[] | undefined;
  /** Generated if absent. */
  readonly secret?: string | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  readonly isActive?: boolean | undefined;
}

/** The changes to an endpoint. Absent fields keep their values. */
export type EndpointChanges = {
  readonly [K in Exclude<keyof NewEndpoint, "secret">]?: NewEndpoint[K] | undefined;
};

export interface WithSecret {
  readonly endpoint: Endpoint;
  /** In plain text; it cannot be read again. */
  readonly secret: string;
}

export interface EndpointContext {
  readonly env: Pick<Cloudflare.Env, "DB"> & Secrets;
  readonly workspace: Pick<Workspace, "id" | "plan">;
  readonly nowMs: number;
  readonly policy: OutboundPolicy;
}

export function endpointStore({ env, workspace, nowMs, policy }: EndpointContext) {
  const db = databaseOf(env.DB);
  const isOurs = (uuid: string) =>
    and(eq(webhooks.uuid, uuid), eq(webhooks.workspaceId, workspace.id));

  async function change(
    uuid: string,
    columns: Partial<typeof webhooks.$inferInsert>,
    guard?: SQL,
  ): Promise<Result<Endpoint, WebhookNotFound>> {
    const [row] = await db
      .update(webhooks)
      .set({ ...columns, updatedAtMs: nowMs })
      .where(and(isOurs(uuid), guard))
      .returning(ENDPOINT_COLUMNS);
    return row === undefined ? err({ reason: "webhook_not_found" }) : ok(endpointOf(row));
  }

  /** Finds what filters name and the workspace does not have. What they named before may stay. */
  async function unknownIn(
    filters: Filters,
    before: Filters = {},
  ): Promise<WebhookFilterUnknown | null> {
    const added = (name: keyof Filters) =>
      JSON.stringify(filters[name]?.filter((value) => !before[name]?.includes(value)) ?? []);
    const [unknown] = await db.all<Omit<WebhookFilterUnknown, "reason">>(sql`
      select 'linkIds' as field, value from json_each(${added("linkIds")}) where value not in (
        select uuid from links where uuid = value and workspace_id = ${workspace.id}
      ) union all
      select 'tagIds', value from json_each(${added("tagIds")}) where value not in (
        select uuid from tags where uuid = value and workspace_id = ${workspace.id}
      ) union all
      select 'domains', value from json_each(${added("domains")})
      where value <> '' and value not in (
        select hostname from domains where hostname = value and workspace_id = ${workspace.id}
      ) limit 1`);
    return unknown === undefined ? null : { reason: "webhook_filter_unknown", ...unknown };
  }

  /**
   * Finds another endpoint with the same URL, events and filters: it would receive everything twice.
   */
  async function findTwin(
    uuid: string,
    url: string,
    events: string,
    filters: string,
  ): Promise<WebhookExists | null> {
    const [twin] = await db.all<{ uuid: string }>(sql`
      select uuid from webhooks where workspace_id = ${workspace.id}
        and url = ${url} and events = ${events} and filters = ${filters} and uuid <> ${uuid}`);
    return twin === undefined ? null : { reason: "webhook_exists", uuid: twin.uuid };
  }

  return {
    /** Lists the endpoints, oldest first. */
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
    ): Promise<
      Result<WithSecret, WebhookUrlRefused | WebhookFilterUnknown | WebhookExists | QuotaExceeded>
    > {
      const wanted = normalFilters(given.filters ?? {});
      const unknown = await unknownIn(wanted);
      if (unknown !== null) return err(unknown);
      const target = await checkUrl(given.url, policy);
      if (!target.ok) return target;
      const uuid = crypto.randomUUID();
      const secret = given.secret ?? newSecret();
      const sealed = await seal(await secretOf(env, "ENCRYPTION_KEY"), uuid, secret);
      const limit = PLANS[workspace.plan].webhooksMax;
      const events = eventsText(given.events);
      const filters = JSON.stringify(wanted);
      const thresholds = JSON.stringify(normalThresholds(given.thresholds ?? []));
      const { url, retryPolicy = "default", isActive = true } = given;
      // The insert itself counts, so that concurrent requests cannot both take the last place.
      await db.run(sql`
        insert into webhooks (uuid, workspace_id, url, events, filters, thresholds, secret,
          retry_policy, is_active, created_at_ms, updated_at_ms)
        select ${uuid}, ${workspace.id}, ${url}, ${events}, ${filters}, ${thresholds},
          ${sealed}, ${retryPolicy}, ${Number(isActive)}, ${nowMs}, ${nowMs}
        where (select count(*) from webhooks where workspace_id = ${workspace.id}) < ${limit}
        on conflict (workspace_id, url, events, filters) do nothing`);
      const made = await this.find(uuid);
      if (made.ok) return ok({ endpoint: made.value, secret });
      const twin = await findTwin(uuid, url, events, filters);
      if (twin !== null) return err(twin);
      const [row] = await db
        .select({ used: count() })
        .from(webhooks)
        .where(eq(webhooks.workspaceId, workspace.id));
      return err(exceeded("webhooks", workspace.plan, limit, row?.used ?? limit));
    },

    /** Changes an endpoint. Activating it, or giving it another URL, resets its run of failures. */
    async update(
      uuid: string,
      { url, events, filters, thresholds, retryPolicy, isActive }: EndpointChanges,
    ): Promise<
      Result<Endpoint, WebhookNotFound | WebhookUrlRefused | WebhookFilterUnknown | WebhookExists>
    > {
      const known = await this.find(uuid);
      if (!known.ok) return known;
      const wanted = normalFilters({ ...known.value.filters, ...filters });
      const unknown = filters === undefined ? null : await unknownIn(wanted, known.value.filters);
      if (unknown !== null) return err(unknown);
      const target = url === undefined ? ok(null) : await checkUrl(url, policy);
      if (!target.ok) return target;
      const isAnother = url !== undefined && url !== known.value.url;
      const newUrl = url ?? known.value.url;
      const newEvents = eventsText(events ?? known.value.events);
      const newFilters = JSON.stringify(wanted);
      const changed = await change(
        uuid,
        {
          ...(url !== undefined && { url }),
          ...(events !== undefined && { events: normalSubscriptions(events) }),
          ...(filters !== undefined && { filters: wanted }),
          ...(thresholds !== undefined && { thresholds: normalThresholds(thresholds) }),
          ...(retryPolicy !== undefined && { retryPolicy }),
          ...(isActive !== undefined && { isActive, disabledReason: null }),
          ...((isAnother || isActive === true) && { failingSinceMs: null, isSlow: false }),
        },
        sql`not exists (select 1 from webhooks as twin
          where twin.workspace_id = ${workspace.id} and twin.uuid <> ${uuid}
            and twin.url = ${newUrl} and twin.events = ${newEvents}
            and twin.filters = ${newFilters})`,
      );
      const twin = changed.ok ? null : await findTwin(uuid, newUrl, newEvents, newFilters);
      return twin === null ? changed : err(twin);
    },

    /** Deletes an endpoint together with its pending deliveries. */
    async delete(uuid: string): Promise<Result<null, WebhookNotFound>> {
      const deleted = await db
        .delete(webhooks)
        .where(isOurs(uuid))
        .returning({ uuid: webhooks.uuid });
      return deleted.length > 0 ? ok(null) : err({ reason: "webhook_not_found" });
    },

    /**
     * Generates a new secret. The previous one keeps signing for a day; any older one stops at
     * once.
     */
    async rotateSecret(uuid: string): Promise<Result<WithSecret, WebhookNotFound>> {
      const secret = newSecret();
      const rotated = await change(uuid, {
        secret: await seal(await secretOf(env, "ENCRYPTION_KEY"), uuid, secret),
        // In SQL, all right-hand sides see the row as it was before the update.
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
  return JSON.stringify(normalSubscriptions(events));
}
