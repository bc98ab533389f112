/**
 * Why a link is not created, changed, found or deleted: facts only; each dialect words them itself.
 */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { DestinationFault } from "./destination.ts";
import type { DomainUnavailable } from "./hostname.ts";

/** The field of a link that holds an address. */
export type DestinationField =
  | "destinationUrl"
  | "expiredUrl"
  | "limitReachedUrl"
  | "social.image"
  | `rules[${number}].targetUrl`
  | `abTest.variants[${number}].url`
  /** The URL of a variant that is changed on its own. */
  | "url";

export interface DestinationRefused extends DestinationFault {
  readonly reason: "destination_refused";
  readonly field: DestinationField;
}

/** The link would be larger than any may be (`bounds.ts`), independent of the plan. */
export interface BoundExceeded {
  readonly reason: "bound_exceeded";
  /** The field to make smaller. */
  readonly field: DestinationField | "utm" | "rules" | "abTest.variants" | "qrSettings";
  /**
   * `items`: how many the field holds. `location`: the characters of a URL with the link's UTM
   * parameters. `record` and `link`: the bytes of all that redirects read, and of the whole link.
   */
  readonly bound: "items" | "location" | "record" | "link";
  readonly max: number;
}

export interface CodeReserved {
  readonly reason: "code_reserved";
  readonly code: string;
}

/** The code is taken, or was until recently and is held for its previous owner. */
export interface CodeTaken {
  readonly reason: "code_taken";
  readonly code: string;
  /** Free codes, if the caller looked for some. */
  readonly suggestions?: readonly string[];
}

/** Another link of the workspace has the external id. */
export interface ExternalIdTaken {
  readonly reason: "external_id_taken";
  readonly externalId: string;
}

/** Only one link is wanted, and the workspace has one to this destination on this domain. */
export interface LinkExists {
  readonly reason: "link_exists";
}

/** Not tried: earlier links of the same call have told as many taken codes as one call may. */
export interface CallStopped {
  readonly reason: "call_stopped";
  /** How many. */
  readonly taken: number;
}

/** The person has learned too much about other workspaces' codes (`codes/looks.ts`). */
export interface TooManyLooks {
  readonly reason: "rate_limited";
  readonly retryAfterSeconds: number;
}

export interface LinkNotFound {
  readonly reason: "link_not_found";
}

export interface CollectionNotFound {
  readonly reason: "collection_not_found";
}

export type FieldsRefusal =
  | DestinationRefused
  | BoundExceeded
  | CodeReserved
  | { readonly reason: "expiry_past" }
  /** The end is before the start. */
  | { readonly reason: "schedule_inverted" }
  | CollectionNotFound
  | DomainUnavailable
  /** `rules` and `variants` limit one link; `links` and `bulk` refuse the whole call. */
  | QuotaExceeded;

export type CreateLinkRefusal =
  | FieldsRefusal
  | CodeTaken
  | ExternalIdTaken
  | LinkExists
  | CallStopped
  | TooManyLooks;

/** The link has changed since the version that the change was based on. */
export interface VersionMismatch {
  readonly reason: "version_mismatch";
  readonly version: number;
}

export type UpdateLinkRefusal = CreateLinkRefusal | LinkNotFound | VersionMismatch;

/** A member may delete only their own links. */
export interface NotLinkOwner {
  readonly reason: "not_link_owner";
}

export type DeleteLinkRefusal = LinkNotFound | VersionMismatch | NotLinkOwner;

export type LinkRefusal = UpdateLinkRefusal | DeleteLinkRefusal;
