/** Why a webhook is not made, changed, found or sent: facts only, each dialect finds its own words. */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { BlockReason } from "../platform/safe-fetch.ts";

export interface WebhookNotFound {
  readonly code: "webhook_not_found";
}

export interface WebhookUrlRefused {
  readonly code: "webhook_url_refused";
  readonly reason: BlockReason;
}

/** It is switched off: nothing is sent to it. */
export interface WebhookInactive {
  readonly code: "webhook_inactive";
}

/** There is none of this name, or it is on its way already. */
export interface DeliveryNotFound {
  readonly code: "delivery_not_found";
}

export type WebhookRefusal =
  | WebhookNotFound
  | WebhookUrlRefused
  | WebhookInactive
  | DeliveryNotFound
  | QuotaExceeded;
