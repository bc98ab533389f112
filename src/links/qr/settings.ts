/**
 * The QR settings of a link: validates what a client asks for, and reads what is stored.
 *
 * Pure: a logo given by its address is returned as that address, and `fetch-logo.ts` turns it into
 * an image before anything is stored. Drawing makes no network requests.
 */

import { ok, type Result } from "../../platform/result.ts";
import { isScannable, parseColor } from "./colors.ts";
import { refuse, refuseLogo, type QrSettingsRefused } from "./errors.ts";
import { dataUrlOf, parseLogo } from "./logo.ts";

export interface QrSettings {
  /** `#rrggbb` in lower case, like `bgColor`. */
  readonly color: string;
  readonly bgColor: string;
  readonly useLogo: boolean;
  /** The data URL of an accepted image; kept while `useLogo` is off. */
  readonly logo: string | null;
}

/** The settings that a client asks for; an absent field keeps its value. */
export interface QrSettingsInput {
  /** `#rgb` or `#rrggbb`, like `bgColor`. */
  readonly color?: string | undefined;
  readonly bgColor?: string | undefined;
  readonly useLogo?: boolean | undefined;
  /** A data URL or the address of an image; null removes the logo. */
  readonly logo?: string | null | undefined;
}

/** Settings whose logo may still need to be fetched. */
export interface QrSettingsDraft extends QrSettings {
  /** The address of the logo to fetch, which replaces `logo`. */
  readonly logoUrl: string | null;
}

export const QR_SETTINGS_DEFAULT: QrSettings = {
  color: "#000000",
  bgColor: "#ffffff",
  useLogo: false,
  logo: null,
};

const LOGO_URL_LENGTH_MAX = 2_048;

/** Validates settings, or refuses them for the first fault. */
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

/** Parses stored settings (JSON); broken fields fall back to the defaults. */
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
