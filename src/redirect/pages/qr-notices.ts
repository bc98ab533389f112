/** The notice when a QR code cannot be drawn, in a separate file because few links need it. */

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
