/** The visitor of a simulated request: absent fields are unknown, except that the time is now. */

import * as z from "zod";

import { isCountry } from "../../../links/rules/countries.ts";
import { DEVICES } from "../../../links/rules/rule.ts";
import { isTimeZone } from "../../../links/rules/wall-clock.ts";
import type { SimulatedVisitor } from "../../../links/simulate.ts";
import { timeText, unlessEmpty } from "../../shared/plain-values.ts";

/** Cloudflare's values for Tor, and for addresses whose country is unknown. */
const UNKNOWN_COUNTRIES: ReadonlySet<string> = new Set(["T1", "XX"]);

const TEXT_LENGTH_MAX = 512;

function text(field: string) {
  const error = `${field} must be a text of at most ${TEXT_LENGTH_MAX} characters, or null`;
  return z.string({ error }).max(TEXT_LENGTH_MAX, { error }).nullish();
}

const COUNTRY_SENTENCE = 'country must be an ISO 3166-1 alpha-2 code such as "UA", or null';
const DEVICE_SENTENCE = `device must be one of ${DEVICES.join(", ")}, or null`;
const AT_SENTENCE =
  "at must be an ISO 8601 date and time with a zone, such as 2026-12-31T00:00:00Z, or null";
const ZONE_SENTENCE = 'timezone must be an IANA time zone, such as "Europe/Kyiv", or null';

export const simulatedVisitor = z.object(
  {
    /** ISO 3166-1 alpha-2. */
    country: z
      .string({ error: COUNTRY_SENTENCE })
      .refine((code) => isCountry(code) || UNKNOWN_COUNTRIES.has(code), { error: COUNTRY_SENTENCE })
      .nullish(),
    city: text("city"),
    device: z.enum(DEVICES, { error: DEVICE_SENTENCE }).nullish(),
    os: text("os"),
    browser: text("browser"),
    /** As in the header `User-Agent`; the device, system and browser follow from it. */
    userAgent: text("userAgent"),
    /** When the visit is; now by default. */
    at: unlessEmpty(timeText(AT_SENTENCE).nullable()),
    /** The visitor's zone, as an IANA name. */
    timezone: z
      .string({ error: ZONE_SENTENCE })
      .refine(isTimeZone, { error: ZONE_SENTENCE })
      .nullish(),
    /** As in Accept-Language: "uk", or "uk-UA,uk;q=0.9,en;q=0.8". */
    language: text("language"),
    /** The address or the host of the page that leads to the link. */
    referrer: text("referrer"),
    /** The query of the visitor's request: "utm_source=mail". */
    query: text("query"),
    /** The cookie of an earlier visit to a link whose test is sticky. */
    variantCookie: text("variantCookie"),
  },
  { error: "Send a JSON object that describes a visitor" },
);

/** Returns the visitor in the engine's terms. */
export function toVisitor(
  body: z.output<typeof simulatedVisitor>,
  nowMs: number,
): SimulatedVisitor {
  const { country = null, city, at, ...known } = body;
  return {
    country: country !== null && UNKNOWN_COUNTRIES.has(country) ? null : country,
    city: city || null,
    language: known.language ?? null,
    referrer: addressOf(known.referrer ?? null),
    query: known.query ?? "",
    timezone: known.timezone ?? null,
    atMs: at ?? nowMs,
    userAgent: known.userAgent ?? null,
    device: known.device ?? null,
    os: known.os ?? null,
    browser: known.browser ?? null,
    variantCookie: known.variantCookie ?? null,
  };
}

/** A host alone stands for a page of it. */
function addressOf(referrer: string | null): string | null {
  return referrer === null || referrer.includes("://") ? referrer : `https://${referrer}/`;
}
