/**
 * Refusals to create, change, find or send webhooks. Facts only: each dialect words them itself.
 */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { BlockReason } from "../platform/safe-fetch.ts";

export interface WebhookNotFound {
  readonly reason: "webhook_not_found";
}

/** The workspace has an endpoint with the same URL, events and filters. */
export interface WebhookExists {
  readonly reason: "webhook_exists";
  readonly uuid: string;
}

export interface WebhookUrlRefused {
  readonly reason: "webhook_url_refused";
  readonly problem: BlockReason;
}

/** A filter names what the workspace does not have. */
export interface WebhookFilterUnknown {
  readonly reason: "webhook_filter_unknown";
  readonly field: "linkIds" | "tagIds" | "domains";
  readonly value: string;
}

/** The endpoint is disabled, so nothing is sent to it. */
export interface WebhookInactive {
  readonly reason: "webhook_inactive";
}

/** There is no delivery with this id, or it is pending already. */
export interface DeliveryNotFound {
  readonly reason: "delivery_not_found";
}

export type WebhookRefusal =
  | WebhookNotFound
  | WebhookUrlRefused
  | WebhookFilterUnknown
  | WebhookExists
  | WebhookInactive
  | DeliveryNotFound
  | QuotaExceeded;
