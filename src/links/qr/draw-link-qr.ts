/** Draws the QR code of an existing link according to its settings. */

import { configOf } from "../../config.ts";
import { utf8 } from "../../platform/bytes.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import type { LinkNotFound } from "../errors.ts";
import { type LinkAddress, shortUrlOf } from "../route/address.ts";
import type { QrSizeRefused } from "./errors.ts";
import { drawQrPng } from "./png.ts";
import { storedQrSettings } from "./settings.ts";
import { parseQrSize } from "./size.ts";
import { drawQrSvg } from "./svg.ts";

export interface LinkQrRequest extends LinkAddress {
  readonly format: "svg" | "png";
  /** The raw query parameter. */
  readonly size: string | null;
}

/** Returns the bytes of the image. */
export async function drawLinkQr(
  env: Cloudflare.Env,
  { format, size: sizeText, ...address }: LinkQrRequest,
): Promise<Result<Uint8Array, QrSizeRefused | LinkNotFound>> {
  const size = parseQrSize(sizeText);
  if (!size.ok) return size;
  const row = await env.DB.prepare("SELECT qr_settings FROM links WHERE domain = ?1 AND code = ?2")
    .bind(address.domain, address.code)
    .first<{ qr_settings: string | null }>();
  if (row === null) return err({ reason: "link_not_found" });
  const settings = storedQrSettings(row.qr_settings);
  const text = scanUrl(env, address);
  return ok(
    format === "svg"
      ? utf8(drawQrSvg(text, settings, size.value))
      : await drawQrPng(text, settings, size.value),
  );
}

/**
 * Returns the content of a code: the short link with the parameter that marks a visit as a scan.
 */
function scanUrl(env: Cloudflare.Env, address: LinkAddress): string {
  return `${shortUrlOf(address, configOf(env).publicUrl.origin)}?qr=1`;
}
