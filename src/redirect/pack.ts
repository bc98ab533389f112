/** Packs captured clicks into a queue message. Hashes visitors' addresses, which go no further. */

import { CLICK_FORMAT, type Click, type ClickMessage } from "../clicks/click.ts";
import { referrerHost } from "../clicks/referrer.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { isListed } from "../links/route/excluded.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { addressGroup } from "../platform/address-group.ts";
import { visitorHash, type VisitorHash } from "../platform/keyed-hash.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";
import type { Visitor } from "./visitor.ts";

/** A click as the redirect saw it: held in memory only. */
export interface CapturedClick {
  readonly ledger: LedgerId;
  readonly linkId: number;
  readonly atMs: number;
  readonly visitor: Visitor;
  /** The addresses whose clicks the workspace leaves out, as the route record has them. */
  readonly excluded: RouteRecord["excluded"];
  readonly scan: boolean;
  readonly rule: string | null;
  readonly variant: string | null;
  readonly token: string | null;
}

export interface ClickGroup {
  readonly id: string;
  readonly clicks: readonly CapturedClick[];
  readonly lost: Readonly<Record<string, number>>;
}

/** Returns the message of a group: always the same one for the same group. */
export async function clickMessage(group: ClickGroup, env: Secrets): Promise<ClickMessage> {
  const secret = await secretOf(env, "AUTH_SECRET");
  const hashes = new Map<LedgerId, VisitorHash>();
  for (const ledger of new Set(group.clicks.map((click) => click.ledger))) {
    hashes.set(ledger, await visitorHash(secret, ledger));
  }
  // Simultaneous clicks share few referrers, so each is parsed once.
  const hosts = new Map<string | null, string | null>();
  const hostOf = (referer: string | null): string | null => {
    const known = hosts.get(referer);
    if (known !== undefined) return known;
    const host = referrerHost(referer);
    hosts.set(referer, host);
    return host;
  };
  const clicks = group.clicks.map((click) => {
    const { visitor } = click;
    const keyed = hashes.get(click.ledger);
    if (keyed !== undefined && isExcluded(click, keyed)) return CLICK_FORMAT.pack(bare(click));
    const hash = visitor.optedOut ? undefined : keyed;
    const isKnown = hash !== undefined && visitor.address !== null;
    // Spelled out: a spread of every click would take longer than packing it.
    return CLICK_FORMAT.pack({
      ledger: click.ledger,
      linkId: click.linkId,
      atMs: click.atMs,
      kind: visitor.kind,
      country: visitor.country,
      city: visitor.optedOut ? null : visitor.city,
      referrer: hostOf(visitor.referer),
      userAgent: visitor.userAgent,
      hints: visitor.hints,
      addressHash: isKnown ? hash("address", addressGroup(visitor.address)) : null,
      scan: click.scan,
      rule: click.rule,
      variant: click.variant,
      token: click.token,
    });
  });
  return { v: 1, id: group.id, clicks, lost: group.lost };
}

/** Whether the visitor's browser, or the address, is not to be counted. */
function isExcluded({ visitor, excluded }: CapturedClick, hash: VisitorHash): boolean {
  if (visitor.excluded) return true;
  const { address } = visitor;
  return excluded !== undefined && address !== null && isListed(excluded, address, hash);
}

/** Says of a click that it was, and of its visitor nothing. */
function bare({ ledger, linkId, atMs, rule, variant }: CapturedClick): Click {
  return {
    ledger,
    linkId,
    atMs,
    kind: "excluded",
    country: null,
    city: null,
    referrer: null,
    userAgent: "",
    hints: null,
    addressHash: null,
    scan: false,
    rule,
    variant,
    token: null,
  };
}

/** The bytes of a packed click's brackets, numbers, hash and commas. */
const FIXED_BYTES = 90;

/** Only the host of a referrer is sent: at most 253 characters, and quotes. */
const HOST_BYTES_MAX = 255;

/** Returns the most bytes that a click can take in a message. */
export function messageBytes({ visitor, ledger, rule, variant, token }: CapturedClick): number {
  return (
    FIXED_BYTES +
    ledger.length +
    textBytes(visitor.userAgent) +
    Math.min(textBytes(visitor.referer), HOST_BYTES_MAX) +
    textBytes(visitor.city) +
    textBytes(visitor.hints) +
    textBytes(token) +
    textBytes(rule) +
    textBytes(variant)
  );
}

/** Plain ASCII takes one byte per character; any other character may be escaped to six. */
function textBytes(text: string | null): number {
  if (text === null) return 4;
  return /^[ !#-[\]-~]*$/.test(text) ? text.length + 2 : text.length * 6 + 2;
}
