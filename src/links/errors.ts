/** Why a link is not made, changed, found or deleted: facts only, each dialect finds its own words. */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { DestinationProblem } from "./destination.ts";
import type { DomainUnavailable } from "./hostname.ts";

/** Where in a link an address stands. */
export type DestinationField =
  | "destinationUrl"
  | "expiredUrl"
  | `rules[${number}].targetUrl`
  | `abTest.variants[${number}].url`
  /** Of a variant that is changed by itself. */
  | "url";

export interface DestinationRefused {
  readonly reason: "destination_refused";
  readonly field: DestinationField;
  readonly problem: DestinationProblem;
}

export interface CodeReserved {
  readonly reason: "code_reserved";
  readonly code: string;
}

/** Somebody has the code, or had it lately and may want it back. */
export interface CodeTaken {
  readonly reason: "code_taken";
  readonly code: string;
  /** Free ones, where somebody looked for them. */
  readonly suggestions?: readonly string[];
}

export interface LinkNotFound {
  readonly reason: "link_not_found";
}

export interface CollectionNotFound {
  readonly reason: "collection_not_found";
}

export type FieldsRefusal =
  | DestinationRefused
  | CodeReserved
  | { readonly reason: "expiry_past" }
  /** It would end before it starts. */
  | { readonly reason: "schedule_inverted" }
  | CollectionNotFound
  | DomainUnavailable
  /** Of `rules` and `variants`: what one link may have. Of `links` and `bulk`: the whole call. */
  | QuotaExceeded;

export type CreateLinkRefusal = FieldsRefusal | CodeTaken;

/** The link has changed since the version that the change was meant for. */
export interface VersionMismatch {
  readonly reason: "version_mismatch";
  readonly version: number;
}

export type UpdateLinkRefusal = CreateLinkRefusal | LinkNotFound | VersionMismatch;

/** A member may delete only links of their own. */
export interface NotLinkOwner {
  readonly reason: "not_link_owner";
}

export type DeleteLinkRefusal = LinkNotFound | VersionMismatch | NotLinkOwner;

export type LinkRefusal = UpdateLinkRefusal | DeleteLinkRefusal;
