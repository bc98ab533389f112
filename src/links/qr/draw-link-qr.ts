/** Draws the QR code of an existing link according to its settings, or finds it drawn already. */

import { publicUrlOf } from "../../config.ts";
import { addressGroup } from "../../platform/address-group.ts";
import { utf8 } from "../../platform/bytes.ts";
import { tolerate } from "../../platform/log.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import { createTurns } from "../../platform/turns.ts";
import type { LinkNotFound } from "../errors.ts";
import { type LinkAddress, shortUrlOf } from "../route/address.ts";
import type { RouteRecord } from "../route/record.ts";
import { keepDrawing, keptDrawing, type DrawingKey } from "./drawings.ts";
import type { DrawingBusy, QrSizeRefused, TooManyDrawings } from "./errors.ts";
import { drawQrPng } from "./png.ts";
import { storedQrSettings } from "./settings.ts";
import { parseQrSize, pngSizeFor } from "./size.ts";
import { drawSizelessSvg, sizedSvg } from "./svg.ts";

export interface LinkQrRequest {
  readonly address: LinkAddress;
  /** The link as the redirect knows it. */
  readonly link: Pick<RouteRecord, "linkId" | "version">;
  readonly format: "svg" | "png";
  /** The raw query parameter. */
  readonly size: string | null;
  /** The network address that asks, or null if unknown. */
  readonly asker: string | null;
}

/** PNGs that may wait to be drawn: the largest takes some 50 ms of the thread. */
const DRAWINGS_WAITING_MAX = 8;

class TooManyWait extends Error {}

const turns = createTurns(DRAWINGS_WAITING_MAX, () => new TooManyWait());

/** Returns the bytes of the image. */
export async function drawLinkQr(
  env: Cloudflare.Env,
  { address, link, format, size: sizeText, asker }: LinkQrRequest,
): Promise<Result<Uint8Array, QrSizeRefused | LinkNotFound | TooManyDrawings | DrawingBusy>> {
  const size = parseQrSize(sizeText);
  if (!size.ok) return size;
  const { origin } = publicUrlOf(env);
  const pngSize = pngSizeFor(size.value);
  const picture = format === "png" ? `${pngSize}.png` : "svg";
  const key: DrawingKey = { origin, address, link, picture };
  // The short link, with the parameter that marks a visit as a scan.
  const text = `${shortUrlOf(address, origin)}?qr=1`;

  let drawing = await keptDrawing(key);
  if (drawing === null) {
    if (format === "png" && turns.isBusy()) return err({ reason: "drawing_busy" });
    if (!(await mayDraw(env, asker))) return err({ reason: "too_many_drawings" });
    const row = await readSettings(env.DB, address);
    if (row === null) return err({ reason: "link_not_found" });
    const settings = storedQrSettings(row.qr_settings);
    try {
      drawing =
        format === "png"
          ? await turns.inTurn(() => drawQrPng(text, settings, pngSize))
          : utf8(drawSizelessSvg(text, settings));
    } catch (error) {
      if (error instanceof TooManyWait) return err({ reason: "drawing_busy" });
      throw error;
    }
    // As D1 has it: the record may be some seconds old, and its settings with it.
    keepDrawing({ ...key, link: { linkId: row.id, version: row.version } }, drawing);
  }
  return ok(
    format === "png" ? drawing : utf8(sizedSvg(new TextDecoder().decode(drawing), size.value)),
  );
}

/** Whether this address may have one more code drawn. A limiter that fails refuses nobody. */
async function mayDraw(env: Cloudflare.Env, asker: string | null): Promise<boolean> {
  if (asker === null) return true;
  const limit = env.QR_LIMIT.limit({ key: addressGroup(asker) });
  return (await tolerate("qr.limit.failed", limit))?.success ?? true;
}

interface SettingsRow {
  readonly id: number;
  readonly version: number;
  readonly qr_settings: string | null;
}

function readSettings(db: D1Database, { domain, code }: LinkAddress): Promise<SettingsRow | null> {
  return db
    .prepare("SELECT id, version, qr_settings FROM links WHERE domain = ?1 AND code = ?2 LIMIT 1")
    .bind(domain, code)
    .first<SettingsRow>();
}
