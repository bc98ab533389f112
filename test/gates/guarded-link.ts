/** Makes up links for the tests of gates. */

import { ledgerIdOf, type Jurisdiction, type LedgerId } from "../../src/ledger/ledger-id.ts";

export interface GuardedLink {
  readonly linkId: number;
  readonly uuid: string;
  readonly ledger: LedgerId;
}

let links = 0;

/** Returns a link that no other test uses, in a workspace of its own. */
export function freshLink(jurisdiction: Jurisdiction | null = null): GuardedLink {
  links += 1;
  const ledger = ledgerIdOf({ uuid: crypto.randomUUID(), jurisdiction });
  return { linkId: links, uuid: crypto.randomUUID(), ledger };
}
