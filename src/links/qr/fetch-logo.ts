/** Fetches a logo once, when the settings are written, to be stored as a data URL. */

import { ok, type Result } from "../../platform/result.ts";
import {
  safeFetch,
  type OutboundPolicy,
  type OutboundResponse,
} from "../../platform/safe-fetch.ts";
import { refuse, refuseLogo, type QrSettingsRefused } from "./errors.ts";
import { acceptLogo, dataUrlOf, LOGO_BYTES_MAX } from "./logo.ts";
import type { QrSettings, QrSettingsDraft } from "./settings.ts";

const LOGO_ACCEPT = "image/png, image/jpeg, image/webp";

/**
 * Completes settings for storage; makes a network request only if their logo is given by its
 * address.
 */
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
    return refuseLogo(error.reason === "blocked" ? error.problem : "unanswered");
  }
  const logo = logoIn(fetched.value);
  return logo.ok ? ok({ ...settings, logo: logo.value }) : logo;
}

function logoIn({ status, body, truncated }: OutboundResponse): Result<string, QrSettingsRefused> {
  // A redirect's target would need the same checks again, and the client can send that address
  // instead.
  if (status >= 300 && status < 400) return refuseLogo("redirected");
  if (status !== 200) return refuse({ field: "logo", problem: "status", status });
  if (truncated) return refuseLogo("too_large");
  const logo = acceptLogo(body);
  return logo.ok ? ok(dataUrlOf(logo.value)) : refuseLogo(logo.error);
}
