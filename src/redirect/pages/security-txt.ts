/** `/.well-known/security.txt` (RFC 9116): to whom a vulnerability is reported. */

import { DAY_MS } from "../../platform/clock.ts";
import type { Asker } from "../respond.ts";
import { notice } from "./answer.ts";
import { METHOD_NOT_ALLOWED, NOT_FOUND } from "./notices.ts";

/** The RFC asks for less than a year. The file is made anew each time, so it never expires. */
const VALID_DAYS = 180;

export interface SecurityTxt {
  /** Null if the operator has set none. */
  readonly contact: string | null;
  /** Where the file is. */
  readonly canonical: string;
}

/** Answers with the file, or with 404 where there is no contact. */
export function answerSecurityTxt(
  asker: Asker,
  { contact, canonical }: SecurityTxt,
  nowMs: number,
): Response {
  const { method } = asker;
  if (contact === null) return notice(asker, NOT_FOUND);
  if (method !== "GET" && method !== "HEAD") return notice(asker, METHOD_NOT_ALLOWED);
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const lines = [
    `Contact: ${contact}`,
    `Expires: ${new Date(today + VALID_DAYS * DAY_MS).toISOString()}`,
    `Canonical: ${canonical}`,
  ];
  return new Response(method === "HEAD" ? null : `${lines.join("\n")}\n`, {
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'",
      "Cache-Control": "public, max-age=86400",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
