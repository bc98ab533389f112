/** The notices when a QR code is not drawn, in a separate file because few links need them. */

import type { QrSizeRefused } from "../../links/qr/errors.ts";
import type { Notice } from "./notices.ts";

export function qrSizeRefused({ min, max }: QrSizeRefused): Notice {
  return {
    code: "VALIDATION_ERROR",
    status: 400,
    title: "The QR code cannot be drawn in this size",
    text: `size must be a whole number from ${min} to ${max}.`,
  };
}

/** The period of QR_LIMIT in wrangler.toml. */
export const DRAWINGS_SECONDS = 60;

export const TOO_MANY_DRAWINGS: Notice = {
  code: "RATE_LIMIT_EXCEEDED",
  status: 429,
  title: "Too many QR codes",
  text: "Your network requested many QR codes that had to be drawn. Try again in a minute.",
};
