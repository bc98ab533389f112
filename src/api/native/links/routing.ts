/**
 * Reads a link's routing and the look of its QR code, which RevoLink's clients write in the same
 * way.
 */

import type { LinkFields } from "../../../links/link.ts";
import { completeQrSettings } from "../../../links/qr/fetch-logo.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { err, ok, type Failure, type Result } from "../../../platform/result.ts";
import type { OutboundPolicy } from "../../../platform/safe-fetch.ts";
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
  /** The policy for hosts from which logos may be fetched. */
  readonly outbound: OutboundPolicy;
  /** The existing link's settings, which absent ones keep; null for a new link. */
  readonly qrBefore: QrSettings | null;
}

export type Routing = Pick<LinkFields, "rules" | "abTest" | "qrSettings">;

/** Returns the fields that the body has, or a sentence about the first fault. */
export async function readRouting(
  { rules, abTest, qrSettings }: RawRouting,
  { outbound, qrBefore }: RoutingSurroundings,
): Promise<Result<Routing, ShellFailure>> {
  const list = rules === undefined ? ok(rules) : parseRules(rules);
  if (!list.ok) return refuse("rules", list.error);
  const test =
    abTest === undefined ? ok(abTest) : parseAbTestChange(abTest, () => crypto.randomUUID());
  if (!test.ok) return refuse("abTest", test.error);
  const qr = await readQrSettings(qrSettings, qrBefore, outbound);
  if (!qr.ok) return refuse("qrSettings", qr.error);
  return ok({ rules: list.value, abTest: test.value, qrSettings: qr.value });
}

async function readQrSettings(
  input: unknown,
  before: QrSettings | null,
  outbound: OutboundPolicy,
): Promise<Result<QrSettings | null | undefined, WireFault>> {
  if (input === undefined || input === null) return ok(input);
  const draft = parseQrSettings(input, before ?? undefined);
  if (!draft.ok) return draft;
  const complete = await completeQrSettings(draft.value, outbound);
  return complete.ok ? complete : err(qrFault(complete.error));
}

function refuse(field: string, { sentence: message }: WireFault): Failure<ShellFailure> {
  return err({ reason: "validation_failed", issues: [{ path: [field], message }] });
}
