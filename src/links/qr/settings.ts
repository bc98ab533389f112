/**
 * What a link's QR code looks like: accepts what somebody wants, and reads what was stored.
 *
 * Pure: a logo that is named by an address comes out as that address, and `fetch-logo.ts` turns it
 * into an image before anything is stored. Drawing never asks the network.
 */

import { ok, type Result } from "../../platform/result.ts";
import { isScannable, parseColor } from "./colors.ts";
import { refuse, refuseLogo, type QrSettingsRefused } from "./errors.ts";
import { dataUrlOf, parseLogo } from "./logo.ts";

export interface QrSettings {
  /** `#rrggbb` in lower case, as is `bgColor`. */
  readonly color: string;
  readonly bgColor: string;
  readonly useLogo: boolean;
  /** A data URL of an accepted image; kept while `useLogo` is off. */
  readonly logo: string | null;
}

/** Settings as somebody wants them; what is absent stays as it is. */
export interface QrSettingsInput {
  /** `#rgb` or `#rrggbb`, as is `bgColor`. */
  readonly color?: string | undefined;
  readonly bgColor?: string | undefined;
  readonly useLogo?: boolean | undefined;
  /** A data URL, or the address of an image; null takes the logo away. */
  readonly logo?: string | null | undefined;
}

/** Settings whose logo may still have to be fetched. */
export interface QrSettingsDraft extends QrSettings {
  /** Where the logo is; it takes the place of `logo`. */
  readonly logoUrl: string | null;
}

export const QR_SETTINGS_DEFAULT: QrSettings = {
  color: "#000000",
  bgColor: "#ffffff",
  useLogo: false,
  logo: null,
};

const LOGO_URL_LENGTH_MAX = 2_048;

/** Accepts a look, or refuses it for the first thing that is wrong. */
export function acceptQrSettings(
  input: QrSettingsInput,
  before: QrSettings = QR_SETTINGS_DEFAULT,
): Result<QrSettingsDraft, QrSettingsRefused> {
  const color = acceptColor("color", input.color, before);
  if (!color.ok) return color;
  const bgColor = acceptColor("bgColor", input.bgColor, before);
  if (!bgColor.ok) return bgColor;
  if (!isScannable(color.value, bgColor.value)) {
    return refuse({ field: "color", problem: "not_scannable" });
  }
  const { useLogo = before.useLogo } = input;
  const logo = acceptLogoOrAddress(input.logo, before);
  if (!logo.ok) return logo;
  if (useLogo && logo.value.logo === null && logo.value.logoUrl === null) {
    return refuseLogo("missing");
  }
  return ok({ color: color.value, bgColor: bgColor.value, useLogo, ...logo.value });
}

/** Reads settings as they were stored (JSON), and falls back to the usual look for what is broken. */
export function storedQrSettings(json: string | null): QrSettings {
  if (json === null) return QR_SETTINGS_DEFAULT;
  try {
    const accepted = acceptQrSettings(JSON.parse(json) as QrSettingsInput);
    if (!accepted.ok) return QR_SETTINGS_DEFAULT;
    const { color, bgColor, useLogo, logo } = accepted.value;
    return { color, bgColor, useLogo: useLogo && logo !== null, logo };
  } catch {
    return QR_SETTINGS_DEFAULT;
  }
}

function acceptColor(
  field: "color" | "bgColor",
  text: string | undefined,
  before: QrSettings,
): Result<string, QrSettingsRefused> {
  if (text === undefined) return ok(before[field]);
  const color = parseColor(text);
  return color === null ? refuse({ field, problem: "not_a_color" }) : ok(color);
}

function acceptLogoOrAddress(
  sent: string | null | undefined,
  before: QrSettings,
): Result<Pick<QrSettingsDraft, "logo" | "logoUrl">, QrSettingsRefused> {
  if (sent === undefined) return ok({ logo: before.logo, logoUrl: null });
  if (sent === null) return ok({ logo: null, logoUrl: null });
  const text = sent.trim();
  if (/^data:/i.test(text)) {
    const logo = parseLogo(text);
    return logo.ok ? ok({ logo: dataUrlOf(logo.value), logoUrl: null }) : refuseLogo(logo.error);
  }
  const isWeb = /^https?:$/.test(URL.parse(text)?.protocol ?? "");
  return isWeb && text.length <= LOGO_URL_LENGTH_MAX
    ? ok({ logo: null, logoUrl: text })
    : refuseLogo("not_an_address");
}
