/** What an endpoint is. Its secret is never part of it: it is shown when it is made, and only then. */

import { webhooks } from "../db/schema/index.ts";
import type { Subscription } from "./events.ts";
import type { RetryPolicy } from "./schedule.ts";
import type { DisabledReason } from "./verdict.ts";

export interface Endpoint {
  readonly id: number;
  readonly uuid: string;
  /** As given. */
  readonly url: string;
  readonly events: readonly Subscription[];
  readonly retryPolicy: RetryPolicy;
  readonly isActive: boolean;
  /** Why it was switched off by itself; null where a person decided, and while it is on. */
  readonly disabledReason: DisabledReason | null;
  /** Since when nothing but failures came; null after a success. */
  readonly failingSinceMs: number | null;
  /** Until when the secret before the last rotation signs along. */
  readonly previousUntilMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export const ENDPOINT_COLUMNS = {
  id: webhooks.id,
  uuid: webhooks.uuid,
  url: webhooks.url,
  events: webhooks.events,
  retryPolicy: webhooks.retryPolicy,
  isActive: webhooks.isActive,
  disabledReason: webhooks.disabledReason,
  failingSinceMs: webhooks.failingSinceMs,
  previousUntilMs: webhooks.previousUntilMs,
  createdAtMs: webhooks.createdAtMs,
  updatedAtMs: webhooks.updatedAtMs,
};

type EndpointRow = Omit<Endpoint, "events"> & { readonly events: readonly string[] };

export function endpointOf(row: EndpointRow): Endpoint {
  return { ...row, events: row.events as Subscription[] };
}
