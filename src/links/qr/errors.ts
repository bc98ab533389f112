/** Why QR settings are refused: facts only. */

import { err, type Failure } from "../../platform/result.ts";
import type { BlockReason } from "../../platform/safe-fetch.ts";
import type { LogoProblem } from "./logo.ts";

export type QrSettingsRefused = { readonly reason: "qr_settings_refused" } & QrFault;

export type QrFault =
  | { readonly field: "color" | "bgColor"; readonly problem: "not_a_color" }
  /** The contrast with the background is too low. */
  | { readonly field: "color"; readonly problem: "not_scannable" }
  | { readonly field: "logo"; readonly problem: LogoFault }
  /** The logo's URL answers with a status other than 200. */
  | { readonly field: "logo"; readonly problem: "status"; readonly status: number };

export type LogoFault =
  /** `useLogo` is on, but there is no logo. */
  | "missing"
  /** Neither a data URL nor a web address. */
  | "not_an_address"
  | LogoProblem
  /** The address may not be fetched. */
  | BlockReason
  | "unanswered"
  | "redirected"
  /** The call names more addresses, or more large images, than one call may. */
  | "too_many_addresses"
  | "too_many_large";

export interface QrSizeRefused {
  readonly reason: "qr_size_refused";
  /** In pixels. */
  readonly min: number;
  readonly max: number;
}

/** An address asked for more codes that were not drawn yet than QR_LIMIT lets it. */
export interface TooManyDrawings {
  readonly reason: "too_many_drawings";
}

/** Too many codes wait in this isolate to be drawn. */
export interface DrawingBusy {
  readonly reason: "drawing_busy";
}

/** Refuses QR settings for one fault. */
export function refuse(fault: QrFault): Failure<QrSettingsRefused> {
  return err({ reason: "qr_settings_refused", ...fault });
}

/** Refuses QR settings for their logo. */
export function refuseLogo(problem: LogoFault): Failure<QrSettingsRefused> {
  return refuse({ field: "logo", problem });
}
