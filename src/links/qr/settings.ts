/**
 * What a link's QR code looks like: reads what somebody sent, and what was stored.
 *
 * Pure: a logo that is named by an address comes out as that address, and `fetch-logo.ts` turns it
 * into an image before anything is stored. Drawing never asks the network.
 */

import { isObject } from "../../platform/is-object.ts";
import { ok, type Result } from "../../platform/result.ts";
import { isScannable, parseColor } from "./colors.ts";
import { dataUrlOf, parseLogo } from "./logo.ts";
import { refuse, refuseLogo, type QrSettingsRefused } from "./refusal.ts";

export interface QrSettings {
  /** `#rrggbb` in lower case, as is `bgColor`. */
  readonly color: string;
  readonly bgColor: string;
  readonly useLogo: boolean;
  /** A data URL of an accepted image; kept while `useLogo` is off. */
  readonly logo: string | null;
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

/**
 * Reads a QR settings object from the wire: absent fields keep what `before` has, other fields are
 * ignored, `logo: null` takes the logo away.
 */
export function parseQrSettings(
  input: unknown,
  before: QrSettings = QR_SETTINGS_DEFAULT,
): Result<QrSettingsDraft, QrSettingsRefused> {
  if (!isObject(input)) return refuse("qrSettings", "must be an object");
  const color = readColor("color", input["color"], before);
  if (!color.ok) return color;
  const bgColor = readColor("bgColor", input["bgColor"], before);
  if (!bgColor.ok) return bgColor;
  if (!isScannable(color.value, bgColor.value)) {
    return refuse(
      "qrSettings.color",
      "must differ more from bgColor, or the code cannot be scanned",
    );
  }
  const { useLogo = before.useLogo } = input;
  if (typeof useLogo !== "boolean") return refuse("qrSettings.useLogo", "must be true or false");
  const logo = readLogo(input["logo"], before);
  if (!logo.ok) return logo;
  if (useLogo && logo.value.logo === null && logo.value.logoUrl === null) {
    return refuse("qrSettings.logo", "is required when useLogo is true");
  }
  return ok({ color: color.value, bgColor: bgColor.value, useLogo, ...logo.value });
}

/** Reads settings as they were stored (JSON), and falls back to the usual look for what is broken. */
export function storedQrSettings(json: string | null): QrSettings {
  if (json === null) return QR_SETTINGS_DEFAULT;
  try {
    const parsed = parseQrSettings(JSON.parse(json));
    if (!parsed.ok) return QR_SETTINGS_DEFAULT;
    const { color, bgColor, useLogo, logo } = parsed.value;
    return { color, bgColor, useLogo: useLogo && logo !== null, logo };
  } catch {
    return QR_SETTINGS_DEFAULT;
  }
}

function readColor(
  field: "color" | "bgColor",
  value: unknown,
  before: QrSettings,
): Result<string, QrSettingsRefused> {
  if (value === undefined) return ok(before[field]);
  const color = typeof value === "string" ? parseColor(value) : null;
  return color === null
    ? refuse(`qrSettings.${field}`, 'must be a hex color such as "#1a1a2e" or "#fff"')
    : ok(color);
}

function readLogo(
  value: unknown,
  before: QrSettings,
): Result<Pick<QrSettingsDraft, "logo" | "logoUrl">, QrSettingsRefused> {
  if (value === undefined) return ok({ logo: before.logo, logoUrl: null });
  if (value === null) return ok({ logo: null, logoUrl: null });
  const text = typeof value === "string" ? value.trim() : "";
  if (/^data:/i.test(text)) {
    const logo = parseLogo(text);
    return logo.ok ? ok({ logo: dataUrlOf(logo.value), logoUrl: null }) : refuseLogo(logo.error);
  }
  const isWeb = /^https?:$/.test(URL.parse(text)?.protocol ?? "");
  return isWeb && text.length <= LOGO_URL_LENGTH_MAX
    ? ok({ logo: null, logoUrl: text })
    : refuse("qrSettings.logo", "must be an image as a data URL, or the URL of one");
}
