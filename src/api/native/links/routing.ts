/**
 * Reads what decides where a link leads, and how its QR code looks: the parts of a body that the
 * engine's own readers check, since each dialect's sentences come from there.
 */

import type { LinkPolicy } from "../../../links/context.ts";
import type { LinkFields } from "../../../links/link.ts";
import { completeQrSettings } from "../../../links/qr/fetch-logo.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { validateRuleList } from "../../../links/rules/validate.ts";
import { targetCheck } from "../../../links/target-check.ts";
import { validateAbTestChange } from "../../../links/variants/validate.ts";
import { err, ok, type Failure, type Result } from "../../../platform/result.ts";
import type { OutboundPolicy } from "../../../platform/safe-fetch.ts";
import type { ShellFailure } from "../../shared/failure.ts";
import type { WireFault } from "../../shared/wire/fault.ts";
import { parseQrSettings, qrFault } from "../../shared/wire/qr.ts";

export interface RawRouting {
  readonly rules?: unknown;
  readonly abTest?: unknown;
  readonly qrSettings?: unknown;
}

export interface RoutingSurroundings {
  readonly policy: LinkPolicy;
  /** Where a logo may be fetched from. */
  readonly outbound: OutboundPolicy;
  /** Of a link that is there: what it has, which absent settings keep. */
  readonly qrBefore: QrSettings | null;
}

export type Routing = Pick<LinkFields, "rules" | "abTest" | "qrSettings">;

/** Gives the fields that are there, or a sentence for the first thing that is wrong. */
export async function readRouting(
  { rules, abTest, qrSettings }: RawRouting,
  { policy, outbound, qrBefore }: RoutingSurroundings,
): Promise<Result<Routing, ShellFailure>> {
  const checkUrl = targetCheck(policy);
  const list = rules === undefined ? ok(rules) : validateRuleList(rules, checkUrl);
  if (!list.ok) return refuseField("rules", list.error.message);
  const test =
    abTest === undefined
      ? ok(abTest)
      : validateAbTestChange(abTest, checkUrl, () => crypto.randomUUID());
  if (!test.ok) return refuseField("abTest", test.error.message);
  const qr = await readQrSettings(qrSettings, qrBefore, outbound);
  if (!qr.ok) return refuseField("qrSettings", qr.error.sentence);
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

/** The other sentences of this dialect end without a full stop. */
function refuseField(field: string, sentence: string): Failure<ShellFailure> {
  const message = sentence.replace(/\.$/, "");
  return err({ code: "validation_failed", issues: [{ path: [field], message }] });
}
