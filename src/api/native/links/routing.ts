/**
 * Reads a link's routing and the look of its QR code, which RevoLink's clients write in the same
 * way.
 */

import type { LinkFields } from "../../../links/link.ts";
import type { CompleteQrSettings } from "../../../links/qr/complete-settings.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { err, ok, type Failure, type Result } from "../../../platform/result.ts";
import type { ShellFailure } from "../../shared/failure.ts";
import type { WireFault } from "../../shared/wire/fault.ts";
import { parseQrSettings, qrFault } from "../../shared/wire/qr.ts";
import { parseRules } from "../../shared/wire/rules.ts";
import { parseAbTestChange } from "../../shared/wire/variants.ts";

export interface RawRouting {
  readonly rules?: unknown;
  readonly abTest?: unknown;
  readonly qrSettings?: unknown;
}

export interface RoutingSurroundings {
  /** Shared by all links of a call, since each of their logos is fetched once. */
  readonly completeQr: CompleteQrSettings;
  /** The existing link's settings, which absent ones keep; null for a new link. */
  readonly qrBefore: QrSettings | null;
}

export type Routing = Pick<LinkFields, "rules" | "abTest" | "qrSettings">;

/** Returns the fields that the body has, or a sentence about the first fault. */
export async function readRouting(
  { rules, abTest, qrSettings }: RawRouting,
  { completeQr, qrBefore }: RoutingSurroundings,
): Promise<Result<Routing, ShellFailure>> {
  const list = rules === undefined ? ok(rules) : parseRules(rules);
  if (!list.ok) return refuse("rules", list.error);
  const test =
    abTest === undefined ? ok(abTest) : parseAbTestChange(abTest, () => crypto.randomUUID());
  if (!test.ok) return refuse("abTest", test.error);
  const qr = await readQrSettings(qrSettings, qrBefore, completeQr);
  if (!qr.ok) return refuse("qrSettings", qr.error);
  return ok({ rules: list.value, abTest: test.value, qrSettings: qr.value });
}

async function readQrSettings(
  input: unknown,
  before: QrSettings | null,
  completeQr: CompleteQrSettings,
): Promise<Result<QrSettings | null | undefined, WireFault>> {
  if (input === undefined || input === null) return ok(input);
  const draft = parseQrSettings(input, before ?? undefined);
  if (!draft.ok) return draft;
  const complete = await completeQr(draft.value);
  return complete.ok ? complete : err(qrFault(complete.error));
}

function refuse(field: string, { sentence: message }: WireFault): Failure<ShellFailure> {
  return err({ reason: "validation_failed", issues: [{ path: [field], message }] });
}
