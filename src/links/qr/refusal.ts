/** Says what is wrong with somebody's QR settings, in sentences that every dialect can send. */

import { err, type Failure } from "../../platform/result.ts";
import { LOGO_BYTES_MAX, type LogoProblem } from "./logo.ts";

export type QrField = `qrSettings${"" | ".color" | ".bgColor" | ".useLogo" | ".logo"}`;

export interface QrSettingsRefused {
  readonly code: "qr_settings_refused";
  readonly field: QrField;
  /** Names the field and says what it must be. */
  readonly sentence: string;
}

const LOGO_KB_MAX = LOGO_BYTES_MAX / 1024;

/** Refuses a field in the words that follow its name. */
export function refuse(field: QrField, words: string): Failure<QrSettingsRefused> {
  return err({ code: "qr_settings_refused", field, sentence: `${field} ${words}.` });
}

/** Refuses a logo for what its bytes are. */
export function refuseLogo(problem: LogoProblem): Failure<QrSettingsRefused> {
  switch (problem) {
    case "not_base64":
      return refuse("qrSettings.logo", "must be a data URL with valid base64");
    case "not_an_image":
      return refuse("qrSettings.logo", "must be a PNG, JPEG or WebP image");
    case "too_large":
      return refuse("qrSettings.logo", `must be at most ${LOGO_KB_MAX} KB`);
  }
}
