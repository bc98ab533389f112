/** The TXT record that proves control of a host name. */

import { askDns, type Resolver } from "../platform/dns.ts";

export interface ProofRecord {
  readonly type: "TXT";
  readonly name: string;
  readonly value: string;
}

/** `unanswered` means that the DNS did not answer, which says nothing about the name. */
export type Proof = "present" | "absent" | "unanswered";

/** Returns the record to set for a claim. */
export function proofRecordOf(claim: {
  readonly hostname: string;
  readonly challenge: string;
}): ProofRecord {
  return {
    type: "TXT",
    name: `_signpost.${claim.hostname}`,
    value: `signpost-domain-verification=${claim.challenge}`,
  };
}

/** Queries the DNS for a claim's record; further TXT records of the name do not matter. */
export async function askProof(
  claim: Parameters<typeof proofRecordOf>[0],
  resolver: Resolver,
): Promise<Proof> {
  const { name, type, value } = proofRecordOf(claim);
  const answer = await askDns(name, type, resolver);
  if (!answer.ok) return answer.error === "failed" ? "unanswered" : "absent";
  return answer.value.some((data) => unquoted(data) === value) ? "present" : "absent";
}

/** Joins a TXT record's strings, which most resolvers return quoted and some bare. */
function unquoted(data: string): string {
  const strings = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)];
  return strings.length === 0 ? data : strings.map(([, text]) => text).join("");
}
