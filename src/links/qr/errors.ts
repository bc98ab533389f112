/** Why a look of a QR code is refused: facts only. */

import { err, type Failure } from "../../platform/result.ts";
import type { BlockReason } from "../../platform/safe-fetch.ts";
import type { LogoProblem } from "./logo.ts";

export type QrSettingsRefused = { readonly reason: "qr_settings_refused" } & QrFault;

export type QrFault =
  | { readonly field: "color" | "bgColor"; readonly problem: "not_a_color" }
  /** It differs too little from the background. */
  | { readonly field: "color"; readonly problem: "not_scannable" }
  | { readonly field: "logo"; readonly problem: LogoFault }
  /** The logo's address answers with another status than 200. */
  | { readonly field: "logo"; readonly problem: "status"; readonly status: number };

export type LogoFault =
  /** It is to be used, and there is none. */
  | "missing"
  /** Neither a data URL nor an address of the web. */
  | "not_an_address"
  | LogoProblem
  /** Its address may not be asked. */
  | BlockReason
  | "unanswered"
  | "redirected";

export interface QrSizeRefused {
  readonly reason: "qr_size_refused";
  /** Pixels. */
  readonly min: number;
  readonly max: number;
}

/** Refuses a look for one fault. */
export function refuse(fault: QrFault): Failure<QrSettingsRefused> {
  return err({ reason: "qr_settings_refused", ...fault });
}

/** Refuses a look for its logo. */
export function refuseLogo(problem: LogoFault): Failure<QrSettingsRefused> {
  return refuse({ field: "logo", problem });
}
