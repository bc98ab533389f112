/** Draws the QR code of a link that exists, as its settings say. Answers, since only visitors ask. */

import { configOf } from "../../config.ts";
import { DEFAULT_DOMAIN, type LinkAddress } from "../route/address.ts";
import { drawQrPng, QR_PNG_HEADERS } from "./png.ts";
import { storedQrSettings } from "./settings.ts";
import { parseQrSize } from "./size.ts";
import { drawQrSvg, QR_SVG_HEADERS } from "./svg.ts";

export interface LinkQrRequest extends LinkAddress {
  readonly format: "svg" | "png";
  /** As it stands in the query. */
  readonly size: string | null;
}

/** A changed colour shows after this; the code itself never changes. */
const CACHE = { "Cache-Control": "public, max-age=300" };

/** Gives null when there is no link at the address. */
export async function drawLinkQr(
  env: Cloudflare.Env,
  { format, size: sizeText, ...address }: LinkQrRequest,
): Promise<Response | null> {
  const size = parseQrSize(sizeText);
  if (!size.ok) {
    const body = { code: "VALIDATION_ERROR", message: size.error.sentence };
    return Response.json(body, { status: 400 });
  }
  const row = await env.DB.prepare("SELECT qr_settings FROM links WHERE domain = ?1 AND code = ?2")
    .bind(address.domain, address.code)
    .first<{ qr_settings: string | null }>();
  if (row === null) return null;
  const settings = storedQrSettings(row.qr_settings);
  const text = scanUrl(env, address);
  if (format === "svg") {
    const svg = drawQrSvg(text, settings, size.value);
    return new Response(svg, { headers: { ...QR_SVG_HEADERS, ...CACHE } });
  }
  const png = await drawQrPng(text, settings, size.value);
  return new Response(png, { headers: { ...QR_PNG_HEADERS, ...CACHE } });
}

/** Gives what a code says: the short link with the mark by which a scan is told from a click. */
function scanUrl(env: Cloudflare.Env, { domain, code }: LinkAddress): string {
  const { publicUrl } = configOf(env);
  const origin = domain === DEFAULT_DOMAIN ? publicUrl.origin : `https://${domain}`;
  return `${origin}/${code}?qr=1`;
}
