/** Answers with the QR code of a link. Loaded with the first request for one. */

import type { drawLinkQr } from "../links/qr/draw-link-qr.ts";
import type { LinkAddress } from "../links/route/address.ts";
import { NOT_FOUND } from "./pages/notices.ts";
import { qrSizeRefused } from "./pages/qr-notices.ts";
import type { QrFormat } from "./path.ts";
import { notice, picture, type Asker } from "./respond.ts";

export interface QrRequest extends Asker {
  readonly address: LinkAddress;
  readonly format: QrFormat;
  /** May name a size. */
  readonly query: string;
}

const HEADERS: Readonly<Record<QrFormat, Readonly<Record<string, string>>>> = {
  svg: {
    "Content-Type": "image/svg+xml; charset=utf-8",
    // An SVG opened by itself is a page on our host, so it may not run or load anything.
    "Content-Security-Policy":
      "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
  },
  png: { "Content-Type": "image/png", "X-Content-Type-Options": "nosniff" },
};

/** Answers with the image, or with the notice that explains why there is none. */
export async function answerQr(
  env: Cloudflare.Env,
  asked: QrRequest,
  draw: typeof drawLinkQr,
): Promise<Response> {
  const { address, format, query } = asked;
  const size = new URLSearchParams(query).get("size");
  const drawn = await draw(env, { ...address, format, size });
  if (drawn.ok) return picture(asked, drawn.value, HEADERS[format]);
  const { error } = drawn;
  return notice(asked, error.reason === "link_not_found" ? NOT_FOUND : qrSizeRefused(error));
}
