import { ledgerIdOf, type Jurisdiction, type LedgerId } from "../../src/ledger/ledger-id.ts";

export interface GuardedLink {
  readonly linkId: number;
  readonly uuid: string;
  readonly ledger: LedgerId;
}

let links = 0;

/** Names a link, in a workspace of its own, that no other test uses. */
export function freshLink(jurisdiction: Jurisdiction | null = null): GuardedLink {
  links += 1;
  const ledger = ledgerIdOf({ uuid: crypto.randomUUID(), jurisdiction });
  return { linkId: links, uuid: crypto.randomUUID(), ledger };
}
