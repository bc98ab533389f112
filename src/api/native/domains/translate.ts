/** Domains in the native API's format. */

import { proofRecordOf } from "../../../workspaces/domain-proof.ts";
import type { Domain } from "../../../workspaces/domains.ts";
import { isoOf } from "../wire-values.ts";

export function wireDomain({ uuid, verifiedAtMs, failingSinceMs, ...claim }: Domain) {
  return {
    id: uuid,
    hostname: claim.hostname,
    status: verifiedAtMs === null ? "pending" : "verified",
    verification: proofRecordOf(claim),
    failingSince: isoOf(failingSinceMs),
  };
}
