/** Asks the gate of a link with a click limit whether one more click may pass. */

import type { ClickLimit } from "../gates/contract.ts";
import { gateFor } from "../gates/stub.ts";
import type { LedgerClick } from "../ledger/contract.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { within } from "../platform/deadline.ts";
import { log } from "../platform/log.ts";
import { GONE, NOT_FOR_PROGRAMS, UNAVAILABLE, type Notice } from "./pages/notices.ts";

/** The gate itself waits 3 s for the Ledger when a limit is new. */
const GATE_DEADLINE_MS = 4_000;

/** `look` asks what a click would get, for a preview or a HEAD request, and uses nothing up. */
export type Admitting = "click" | "look";

/**
 * Returns null if the click may pass, or the notice to answer instead.
 *
 * Only people count towards the limit. A program gets 403, and a prefetch 503, so that neither
 * learns the destination. If the gate does not answer, every visitor gets 503, never a free pass.
 */
export async function admit(
  env: Cloudflare.Env,
  { linkId, uuid, ledger, version }: RouteRecord,
  limit: ClickLimit,
  visitor: LedgerClick["class"],
  admitting: Admitting,
  nowMs: number,
): Promise<Notice | null> {
  if (visitor === "bot" || visitor === "unfurler") return NOT_FOR_PROGRAMS;
  if (visitor !== "human") return UNAVAILABLE;
  try {
    const gate = gateFor(env, { uuid, ledger });
    const request = { linkId, ledger, version, limit };
    const answer =
      admitting === "look"
        ? gate.wouldAdmit(request, nowMs)
        : gate.admit(request, nowMs).then(({ admitted }) => admitted);
    return (await within(GATE_DEADLINE_MS, answer)) ? null : GONE;
  } catch (error) {
    log("error", "redirect.gate.failed", { linkId, error });
    return UNAVAILABLE;
  }
}
