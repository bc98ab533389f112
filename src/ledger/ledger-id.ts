/**
 * Names the Ledger of a workspace. Kept apart from the object itself, since the redirect carries
 * the name in its records without loading the Ledger.
 */

export type Jurisdiction = "eu";

/** `<workspace id>`, or `<workspace id>.eu` where the workspace's data stays in the EU. */
export type LedgerId = string & { readonly __brand: "LedgerId" };

export function ledgerIdOf(workspace: {
  readonly id: number;
  readonly jurisdiction: Jurisdiction | null;
}): LedgerId {
  const { id, jurisdiction } = workspace;
  return (jurisdiction === null ? String(id) : `${id}.${jurisdiction}`) as LedgerId;
}
