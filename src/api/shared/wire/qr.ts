/** Reads QR settings as clients of the native API and of RevoLink write them. */

import { LARGE_LOGOS_MAX, LOGO_ADDRESSES_MAX } from "../../../links/qr/complete-settings.ts";
import type { QrFault, QrSettingsRefused } from "../../../links/qr/errors.ts";
import { LOGO_BYTES_MAX } from "../../../links/qr/logo.ts";
import {
  acceptQrSettings,
  type QrSettings,
  type QrSettingsDraft,
  type QrSettingsInput,
} from "../../../links/qr/settings.ts";
import { isObject } from "../../../platform/is-object.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { refuseField, type WireFault } from "./fault.ts";

const LOGO_KB_MAX = LOGO_BYTES_MAX / 1024;
const COLOR_WANTED = 'must be a hex color such as "#1a1a2e" or "#fff"';
const LOGO_WANTED = "must be an image as a data URL, or the URL of one";

/**
 * Reads a QR settings object. Absent fields keep their values from `before` (or the default look
 * without it), unknown fields are ignored, and `logo: null` removes the logo.
 */
export function parseQrSettings(
  raw: unknown,
  before?: QrSettings,
): Result<QrSettingsDraft, WireFault> {
  const input = readInput(raw);
  if (!input.ok) return input;
  const accepted = acceptQrSettings(input.value, before);
  return accepted.ok ? accepted : err(qrFault(accepted.error));
}

/** Words a refusal of the engine. */
export function qrFault(refusal: QrSettingsRefused): WireFault {
  const field = `qrSettings.${refusal.field}`;
  return { field, sentence: `${field} ${wordsFor(refusal)}` };
}

function readInput(raw: unknown): Result<QrSettingsInput, WireFault> {
  if (!isObject(raw)) return refuseField("qrSettings", "must be an object");
  const { color, bgColor, useLogo, logo } = raw;
  if (!isText(color)) return refuseField("qrSettings.color", COLOR_WANTED);
  if (!isText(bgColor)) return refuseField("qrSettings.bgColor", COLOR_WANTED);
  if (useLogo !== undefined && typeof useLogo !== "boolean") {
    return refuseField("qrSettings.useLogo", "must be true or false");
  }
  if (logo !== null && !isText(logo)) return refuseField("qrSettings.logo", LOGO_WANTED);
  return ok({ color, bgColor, useLogo, logo });
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function wordsFor(fault: QrFault): string {
  switch (fault.problem) {
    case "not_a_color":
      return COLOR_WANTED;
    case "not_scannable":
      return "must differ more from bgColor, or the code cannot be scanned";
    case "missing":
      return "is required when useLogo is true";
    case "not_an_address":
      return LOGO_WANTED;
    case "not_base64":
      return "must be a data URL with valid base64";
    case "not_an_image":
      return "must be a PNG, JPEG or WebP image";
    case "too_large":
      return `must be at most ${LOGO_KB_MAX} KB`;
    case "not_a_url":
    case "scheme":
      return "must be an https URL or a data URL";
    case "credentials":
      return "must be a URL without a user name or password";
    case "port":
      return "must be a URL with the usual port";
    case "own_host":
    case "private_name":
    case "private_address":
      return "must be a URL on the public internet";
    case "name_not_found":
      return "cannot be fetched: its host does not exist";
    case "dns_failed":
      return "cannot be fetched: its host could not be looked up";
    case "unanswered":
      return "cannot be fetched: its address did not answer";
    case "redirected":
      return "cannot be fetched: its address redirects elsewhere";
    case "too_many_addresses":
      return `must be one of at most ${LOGO_ADDRESSES_MAX} addresses in one call`;
    case "too_many_large":
      return `must be at most 256 pixels wide and high: one call may send ${LARGE_LOGOS_MAX} larger ones`;
    case "status":
      return `cannot be fetched: its address answers with the status ${fault.status}`;
  }
}
