/** Answers with the QR code of a link. Loaded with the first request for one. */

import type { drawLinkQr } from "../links/qr/draw-link-qr.ts";
import type { LinkAddress } from "../links/route/address.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { notice, responseTo } from "./pages/answer.ts";
import { NOT_FOUND, UNAVAILABLE } from "./pages/notices.ts";
import { DRAWINGS_SECONDS, qrSizeRefused, TOO_MANY_DRAWINGS } from "./pages/qr-notices.ts";
import type { QrFormat } from "./path.ts";
import { BASE_HEADERS, type Asker } from "./respond.ts";
import { addressOf } from "./visitor.ts";

export interface QrRequest extends Asker {
  readonly address: LinkAddress;
  readonly record: RouteRecord;
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
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  },
  png: {
    "Content-Type": "image/png",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  },
};

/** Answers with the image, or with the notice that explains why there is none. */
export async function answerQr(
  env: Cloudflare.Env,
  asked: QrRequest,
  draw: typeof drawLinkQr,
): Promise<Response> {
  const { address, record: link, format, query, headers } = asked;
  const size = new URLSearchParams(query).get("size");
  const drawn = await draw(env, { address, link, format, size, asker: addressOf(headers) });
  if (drawn.ok) return picture(asked, drawn.value, HEADERS[format]);
  const { error } = drawn;
  switch (error.reason) {
    case "link_not_found":
      return notice(asked, NOT_FOUND);
    case "qr_size_refused":
      return notice(asked, qrSizeRefused(error));
    case "drawing_busy":
      return notice(asked, UNAVAILABLE);
    case "too_many_drawings":
      return notice(asked, TOO_MANY_DRAWINGS, { "Retry-After": String(DRAWINGS_SECONDS) });
  }
}

/** Caches may show an old image for a while after a change. */
function picture(asker: Asker, image: Uint8Array, own: Readonly<Record<string, string>>): Response {
  const headers = new Headers({
    ...BASE_HEADERS,
    "Cache-Control": "public, max-age=300",
    ...own,
  });
  return responseTo(asker, { body: new Blob([image]), init: { status: 200, headers } });
}
