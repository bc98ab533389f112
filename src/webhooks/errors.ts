/** Why a webhook is not made, changed, found or sent: facts only, each dialect finds its own words. */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { BlockReason } from "../platform/safe-fetch.ts";

export interface WebhookNotFound {
  readonly reason: "webhook_not_found";
}

export interface WebhookUrlRefused {
  readonly reason: "webhook_url_refused";
  readonly problem: BlockReason;
}

/** It is switched off: nothing is sent to it. */
export interface WebhookInactive {
  readonly reason: "webhook_inactive";
}

/** There is none of this name, or it is on its way already. */
export interface DeliveryNotFound {
  readonly reason: "delivery_not_found";
}

export type WebhookRefusal =
  | WebhookNotFound
  | WebhookUrlRefused
  | WebhookInactive
  | DeliveryNotFound
  | QuotaExceeded;
