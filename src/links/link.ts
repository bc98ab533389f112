/** What a link is, whatever API made it. Times are milliseconds since 1970. */

import type { QrSettings } from "./qr/settings.ts";
import type { RedirectStatus } from "./route/record.ts";
import type { NewRule, Rule } from "./rules/rule.ts";
import type { AbTestChange } from "./variants/ab-test.ts";
import type { StoredVariant } from "./variants/variant.ts";

export const REDIRECT_STATUSES = [301, 302, 307, 308] as const satisfies readonly RedirectStatus[];

/** A tag or a collection: a name that is unique in its workspace. */
export interface Label {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

export interface Link {
  readonly id: number;
  readonly uuid: string;
  /** The account that made it. */
  readonly userId: string;
  /** A custom domain's hostname, or empty for the default hosts; null while the link is parked. */
  readonly domain: string | null;
  /** The hostname of a parked link (`parked.ts`), which people are still shown. */
  readonly parkedDomain: string | null;
  readonly code: string;
  /** As sent: a redirect uses its normalised form. */
  readonly destinationUrl: string;
  readonly title: string | null;
  readonly description: string | null;
  /** By name. */
  readonly tags: readonly Label[];
  readonly collection: Pick<Label, "id" | "uuid"> | null;
  readonly isActive: boolean;
  readonly archivedAtMs: number | null;
  readonly suspendedAtMs: number | null;
  readonly startsAtMs: number | null;
  readonly endsAtMs: number | null;
  readonly expiresAtMs: number | null;
  readonly expiredUrl: string | null;
  readonly redirectStatus: RedirectStatus;
  readonly forwardQuery: boolean;
  /** Query parameters that every destination of the link gets; empty for none. */
  readonly utm: Readonly<Record<string, string>>;
  readonly hasPassword: boolean;
  /** In the order in which they are tried; the default, `destinationUrl`, is none of them. */
  readonly rules: readonly Rule[];
  readonly abTest: LinkAbTest;
  /** Human clicks of all time after which the link leads nowhere; null is without limit. */
  readonly clicksLimit: number | null;
  /** Null for the usual look. */
  readonly qrSettings: QrSettings | null;
  /** Grows by one with each change. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** An A/B test as it stands. While it is on and any variant is active, rules are ignored. */
export interface LinkAbTest {
  readonly enabled: boolean;
  /** A visitor keeps the variant of the first visit. */
  readonly sticky: boolean;
  /** In the order in which they were made. */
  readonly variants: readonly StoredVariant[];
}

/** A link in one of its three public identities. */
export type LinkRef =
  | { readonly uuid: string }
  /** The UUID's first 24 hex digits. */
  | { readonly objectId: string }
  | { readonly id: number };

/** A collection by its UUID or by its number. */
export type CollectionRef = string | number;

/** What may be set on a link; an absent field keeps its value, or takes its default on a new link. */
export interface LinkFields {
  readonly destinationUrl?: string | undefined;
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** All of them, by name: those that do not exist yet are made. */
  readonly tags?: readonly string[] | undefined;
  readonly collection?: CollectionRef | null | undefined;
  readonly isActive?: boolean | undefined;
  readonly startsAtMs?: number | null | undefined;
  readonly endsAtMs?: number | null | undefined;
  readonly expiresAtMs?: number | null | undefined;
  readonly expiredUrl?: string | null | undefined;
  readonly redirectStatus?: RedirectStatus | undefined;
  readonly forwardQuery?: boolean | undefined;
  /** All of them; null or an empty object removes them. */
  readonly utm?: Readonly<Record<string, string>> | null | undefined;
  /** As typed: only its hash is stored. Null removes it. */
  readonly password?: string | null | undefined;
  /** All of them, without the default, whose target is `destinationUrl`; an empty list removes them. */
  readonly rules?: readonly NewRule[] | undefined;
  /** Variants that it leaves out of its list are removed; their clicks stay in the reports. */
  readonly abTest?: AbTestChange | undefined;
  /** A positive whole number; null removes the limit. */
  readonly clicksLimit?: number | null | undefined;
  /** Completed (`qr/fetch-logo.ts`): the use cases ask no network. Null for the usual look. */
  readonly qrSettings?: QrSettings | null | undefined;
}
