/**
 * Completes the QR settings that one call sends: fetches a logo that is given by its address, and
 * makes a large logo small, once for all links of the call. Drawing does neither.
 */

import { ok, type Result } from "../../platform/result.ts";
import {
  safeFetch,
  type OutboundPolicy,
  type OutboundResponse,
} from "../../platform/safe-fetch.ts";
import { createTurns } from "../../platform/turns.ts";
import { refuse, refuseLogo, type QrSettingsRefused } from "./errors.ts";
import { acceptLogo, dataUrlOf, LOGO_BYTES_MAX, parseLogo, type Logo } from "./logo.ts";
import type { QrSettings, QrSettingsDraft } from "./settings.ts";
import { isLarge, shrinkLogo } from "./shrink-logo.ts";

const LOGO_ACCEPT = "image/png, image/jpeg, image/webp";

/** Each address costs up to three requests, and all links of the call wait for the slowest. */
export const LOGO_ADDRESSES_MAX = 20;
/** Each takes some 30 ms of the isolate's thread. */
export const LARGE_LOGOS_MAX = 20;

/** Whoever waits has a token, and its call waits with one logo at a time: nobody is refused. */
const turns = createTurns(Number.POSITIVE_INFINITY, () => new Error("Unreachable"));

/** Completes settings for storage. */
export type CompleteQrSettings = (
  draft: QrSettingsDraft,
) => Promise<Result<QrSettings, QrSettingsRefused>>;

type StoredLogo = Result<string, QrSettingsRefused>;

/** Creates what completes the settings of one call. */
export function qrCompleter(policy: OutboundPolicy): CompleteQrSettings {
  const shrinkOnce = shrinkerOfOneCall();
  const fetched = new Map<string, Promise<StoredLogo>>();

  async function fetchLogo(logoUrl: string): Promise<StoredLogo> {
    const answer = await safeFetch(
      logoUrl,
      { headers: { accept: LOGO_ACCEPT }, bodyBytesMax: LOGO_BYTES_MAX },
      policy,
    );
    if (!answer.ok) {
      const { error } = answer;
      return refuseLogo(error.reason === "blocked" ? error.problem : "unanswered");
    }
    const logo = logoIn(answer.value);
    return logo.ok ? shrinkOnce(logo.value) : logo;
  }

  function fetchOnce(logoUrl: string): Promise<StoredLogo> | StoredLogo {
    const known = fetched.get(logoUrl);
    if (known !== undefined) return known;
    if (fetched.size === LOGO_ADDRESSES_MAX) return refuseLogo("too_many_addresses");
    const fetching = fetchLogo(logoUrl);
    fetched.set(logoUrl, fetching);
    return fetching;
  }

  return async ({ logoUrl, ...settings }) => {
    if (logoUrl !== null) return withLogo(settings, await fetchOnce(logoUrl));
    const sent = settings.logo === null ? null : parseLogo(settings.logo);
    return sent?.ok === true ? withLogo(settings, await shrinkOnce(sent.value)) : ok(settings);
  };
}

function withLogo(settings: QrSettings, logo: StoredLogo): Result<QrSettings, QrSettingsRefused> {
  return logo.ok ? ok({ ...settings, logo: logo.value }) : logo;
}

/** Makes logos small one after the other, and each of them once. */
function shrinkerOfOneCall(): (logo: Logo) => Promise<StoredLogo> {
  const shrunk = new Map<string, Promise<StoredLogo>>();
  let last: Promise<unknown> = Promise.resolve();
  return async (logo) => {
    const dataUrl = dataUrlOf(logo);
    if (!isLarge(logo)) return ok(dataUrl);
    const known = shrunk.get(dataUrl);
    if (known !== undefined) return known;
    if (shrunk.size === LARGE_LOGOS_MAX) return refuseLogo("too_many_large");
    const shrinking = last.then(() =>
      turns.inTurn(async () => ok(dataUrlOf(await shrinkLogo(logo)))),
    );
    last = shrinking;
    shrunk.set(dataUrl, shrinking);
    return shrinking;
  };
}

function logoIn({ status, body, truncated }: OutboundResponse): Result<Logo, QrSettingsRefused> {
  // A redirect's target would need the same checks again, and the client can send that address
  // instead.
  if (status >= 300 && status < 400) return refuseLogo("redirected");
  if (status !== 200) return refuse({ field: "logo", problem: "status", status });
  if (truncated) return refuseLogo("too_large");
  const logo = acceptLogo(body);
  return logo.ok ? logo : refuseLogo(logo.error);
}
