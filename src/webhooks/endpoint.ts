/** A webhook endpoint, without its secret, which is shown only when it is created or rotated. */

import { webhooks } from "../db/schema/index.ts";
import type { Subscription } from "./events.ts";
import type { Filters } from "./filters.ts";
import type { RetryPolicy } from "./schedule.ts";
import type { DisabledReason } from "./verdict.ts";

export interface Endpoint {
  readonly id: number;
  readonly uuid: string;
  /** As the client sent it. */
  readonly url: string;
  readonly events: readonly Subscription[];
  readonly filters: Filters;
  /** As `webhooks/thresholds.ts` reads them: empty for powers of ten. */
  readonly thresholds: readonly number[];
  readonly retryPolicy: RetryPolicy;
  readonly isActive: boolean;
  /** Why Signpost disabled it; null if a person did, and while it is active. */
  readonly disabledReason: DisabledReason | null;
  /** When the current run of failures began; null after a success. */
  readonly failingSinceMs: number | null;
  /** Until when the previous secret keeps signing; null if the secret was never rotated. */
  readonly previousUntilMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export const ENDPOINT_COLUMNS = {
  id: webhooks.id,
  uuid: webhooks.uuid,
  url: webhooks.url,
  events: webhooks.events,
  filters: webhooks.filters,
  thresholds: webhooks.thresholds,
  retryPolicy: webhooks.retryPolicy,
  isActive: webhooks.isActive,
  disabledReason: webhooks.disabledReason,
  failingSinceMs: webhooks.failingSinceMs,
  previousUntilMs: webhooks.previousUntilMs,
  createdAtMs: webhooks.createdAtMs,
  updatedAtMs: webhooks.updatedAtMs,
};

type EndpointRow = Omit<Endpoint, "events" | "filters"> & {
  readonly events: readonly string[];
  readonly filters: object;
};

export function endpointOf(row: EndpointRow): Endpoint {
  return { ...row, events: row.events as Subscription[], filters: row.filters };
}
