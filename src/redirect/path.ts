/** Parses the path of a short link. */

import { CODE } from "../links/route/address.ts";

export type QrFormat = "svg" | "png";

export interface AskedPath {
  readonly code: string;
  /** `/code+`: show where the link leads. */
  readonly preview: boolean;
  /**
   * `/code/a/b`: what a link that forwards the path adds to its destination's, without the slash at
   * its beginning. Absent if nothing follows the code.
   */
  readonly rest?: string;
  /** `/code/qr.svg`, `/code/qr.png`: draw the QR code. */
  readonly qr: QrFormat | null;
}

const QR_ENDING = /\/qr\.(svg|png)$/;

/** Returns null for a path that no link can have. */
export function parsePath(pathname: string): AskedPath | null {
  const drawn = QR_ENDING.exec(pathname);
  if (drawn !== null) {
    return asked(pathname.slice(1, drawn.index), false, drawn[1] === "svg" ? "svg" : "png");
  }
  const path = pathname.endsWith("/") ? pathname.slice(1, -1) : pathname.slice(1);
  return path.endsWith("+") ? asked(path.slice(0, -1), true, null) : asked(path, false, null);
}

function asked(code: string, preview: boolean, qr: QrFormat | null): AskedPath | null {
  return CODE.test(code) ? { code, preview, qr } : null;
}
