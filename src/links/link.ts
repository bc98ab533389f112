/**
 * The link itself, independent of the API that created it. Times are in milliseconds since 1970.
 */

import type { QrSettings } from "./qr/settings.ts";
import type { LinkAddress } from "./route/address.ts";
import type { RedirectStatus } from "./route/record.ts";
import type { NewRule, Rule } from "./rules/rule.ts";
import type { SocialCard } from "./social.ts";
import type { AbTestChange } from "./variants/ab-test.ts";
import type { StoredVariant } from "./variants/variant.ts";

export const REDIRECT_STATUSES = [301, 302, 307, 308] as const satisfies readonly RedirectStatus[];

export const EXTERNAL_ID_LENGTH_MAX = 255;

/** A tag or a collection: a name that is unique in its workspace. */
export interface Label {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

export interface Link {
  readonly id: number;
  readonly uuid: string;
  /** The account that created it. */
  readonly userId: string;
  /** A custom domain's host name, empty for the default hosts, null while the link is parked. */
  readonly domain: string | null;
  /** The host name of a parked link (`parked.ts`), which is still shown. */
  readonly parkedDomain: string | null;
  readonly code: string;
  /** The URL as sent; redirects use its normalised form. */
  readonly destinationUrl: string;
  readonly title: string | null;
  readonly description: string | null;
  /** The client's own id of the link. */
  readonly externalId: string | null;
  /** Sorted by name. */
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
  /** Whether what follows the code in the path is added to the destination's. */
  readonly forwardPath: boolean;
  /** Null for the card of the destination. */
  readonly social: SocialCard | null;
  /** Whether search engines may index the link. */
  readonly crawlable: boolean;
  /** Query parameters that are added to every destination of the link; empty for none. */
  readonly utm: Readonly<Record<string, string>>;
  readonly hasPassword: boolean;
  /**
   * In the order in which they are tried; the default rule, `destinationUrl`, is not among them.
   */
  readonly rules: readonly Rule[];
  readonly abTest: LinkAbTest;
  /**
   * The number of human clicks, over all time, after which the link leads nowhere; null means
   * unlimited.
   */
  readonly clicksLimit: number | null;
  /** Where the link leads once its limit is used up. */
  readonly limitReachedUrl: string | null;
  /** Null for the default look. */
  readonly qrSettings: QrSettings | null;
  /** Increases by one with each change. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** The parts of a link that may be large, and that lists leave out unless they are asked for. */
export const LINK_PARTS = ["rules", "abTest", "qrSettings"] as const;
export type LinkPart = (typeof LINK_PARTS)[number];

/** A link as lists read it: a part is absent unless it was asked for. */
export type ListedLink = Omit<Link, LinkPart> & Partial<Pick<Link, LinkPart>>;

/** An A/B test as it is stored. While it is on and any variant is active, rules are ignored. */
export interface LinkAbTest {
  readonly enabled: boolean;
  /** Whether a visitor keeps the variant of the first visit. */
  readonly sticky: boolean;
  /** In the order in which they were created. */
  readonly variants: readonly StoredVariant[];
}

/** A link by one of its three public identifiers. */
export type LinkRef =
  | { readonly uuid: string }
  /** The UUID's first 24 hex digits. */
  | { readonly objectId: string }
  | { readonly id: number };

/** What a link is looked up by beside its identifiers. */
export type LinkKey =
  | LinkAddress
  /** Of several links, the newest is found; with a domain, only one on it that is not archived. */
  | { readonly destinationUrl: string; readonly domain?: string }
  | { readonly externalId: string };

/** A collection by its UUID or its integer id. */
export type CollectionRef = string | number;

/**
 * The fields that can be set on a link; an absent field keeps its value, or takes its default on a
 * new link.
 */
export interface LinkFields {
  readonly destinationUrl?: string | undefined;
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** Unique in the workspace, at most `EXTERNAL_ID_LENGTH_MAX` characters; null removes it. */
  readonly externalId?: string | null | undefined;
  /** The complete list, by name; tags that do not exist yet are created. */
  readonly tags?: readonly string[] | undefined;
  readonly collection?: CollectionRef | null | undefined;
  readonly isActive?: boolean | undefined;
  readonly startsAtMs?: number | null | undefined;
  readonly endsAtMs?: number | null | undefined;
  readonly expiresAtMs?: number | null | undefined;
  readonly expiredUrl?: string | null | undefined;
  readonly redirectStatus?: RedirectStatus | undefined;
  readonly forwardQuery?: boolean | undefined;
  readonly forwardPath?: boolean | undefined;
  readonly social?: SocialCard | null | undefined;
  readonly crawlable?: boolean | undefined;
  /** The complete set; null or an empty object removes them. */
  readonly utm?: Readonly<Record<string, string>> | null | undefined;
  /** In plain text; only its hash is stored. Null removes it. */
  readonly password?: string | null | undefined;
  /**
   * The complete list, without the default rule, whose target is `destinationUrl`; an empty list
   * removes them.
   */
  readonly rules?: readonly NewRule[] | undefined;
  /** Variants that its list leaves out are removed; their clicks stay in the reports. */
  readonly abTest?: AbTestChange | undefined;
  /** A positive integer; null removes the limit. */
  readonly clicksLimit?: number | null | undefined;
  readonly limitReachedUrl?: string | null | undefined;
  /**
   * Complete settings (`qr/fetch-logo.ts`), because link changes make no network requests. Null for
   * the default look.
   */
  readonly qrSettings?: QrSettings | null | undefined;
}
