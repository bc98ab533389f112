import { ledgerIdOf, type Jurisdiction, type LedgerId } from "../../src/ledger/ledger-id.ts";

export interface GuardedLink {
  readonly linkId: number;
  readonly ledger: LedgerId;
}

let links = 0;

/** Names a link, in a workspace of its own, that no other test of the file uses. */
export function freshLink(jurisdiction: Jurisdiction | null = null): GuardedLink {
  links += 1;
  return { linkId: links, ledger: ledgerIdOf({ id: links, jurisdiction }) };
}
