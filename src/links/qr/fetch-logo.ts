/** Brings a logo home: fetched once, when the settings are written, and kept as a data URL. */

import { ok, type Result } from "../../platform/result.ts";
import {
  safeFetch,
  type BlockReason,
  type OutboundPolicy,
  type OutboundResponse,
} from "../../platform/safe-fetch.ts";
import { acceptLogo, dataUrlOf, LOGO_BYTES_MAX } from "./logo.ts";
import { refuse, refuseLogo, type QrSettingsRefused } from "./refusal.ts";
import type { QrSettings, QrSettingsDraft } from "./settings.ts";

const LOGO_ACCEPT = "image/png, image/jpeg, image/webp";

/** Completes settings for storage: asks the network only if their logo is named by an address. */
export async function completeQrSettings(
  draft: QrSettingsDraft,
  policy: OutboundPolicy,
): Promise<Result<QrSettings, QrSettingsRefused>> {
  const { logoUrl, ...settings } = draft;
  if (logoUrl === null) return ok(settings);
  const fetched = await safeFetch(
    logoUrl,
    { headers: { accept: LOGO_ACCEPT }, bodyBytesMax: LOGO_BYTES_MAX },
    policy,
  );
  if (!fetched.ok) {
    const { error } = fetched;
    return error.code === "blocked"
      ? refuseTarget(error.reason)
      : refuseLogoAnswer("did not answer");
  }
  const logo = logoIn(fetched.value);
  return logo.ok ? ok({ ...settings, logo: logo.value }) : logo;
}

function logoIn({ status, body, truncated }: OutboundResponse): Result<string, QrSettingsRefused> {
  // A redirect's target would have to be checked anew; whoever sends the address can send that one.
  if (status >= 300 && status < 400) return refuseLogoAnswer("redirects elsewhere");
  if (status !== 200) return refuseLogoAnswer(`answers with the status ${status}`);
  if (truncated) return refuseLogo("too_large");
  const logo = acceptLogo(body);
  return logo.ok ? ok(dataUrlOf(logo.value)) : refuseLogo(logo.error);
}

function refuseLogoAnswer(what: string) {
  return refuse("qrSettings.logo", `cannot be fetched: its address ${what}`);
}

function refuseTarget(reason: BlockReason) {
  switch (reason) {
    case "not_a_url":
    case "scheme":
      return refuse("qrSettings.logo", "must be an https URL or a data URL");
    case "credentials":
      return refuse("qrSettings.logo", "must be a URL without a user name or password");
    case "port":
      return refuse("qrSettings.logo", "must be a URL with the usual port");
    case "own_host":
    case "private_name":
    case "private_address":
      return refuse("qrSettings.logo", "must be a URL on the public internet");
    case "name_not_found":
      return refuse("qrSettings.logo", "cannot be fetched: its host does not exist");
    case "dns_failed":
      return refuse("qrSettings.logo", "cannot be fetched: its host could not be looked up");
  }
}
