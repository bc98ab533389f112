/**
 * Names the Ledger of a workspace. Kept apart from the object itself, since the redirect carries
 * the name in its records without loading the Ledger.
 *
 * By its UUID and not by its number: a restored D1 gives numbers to somebody else, and the Ledger
 * of a number would go with it.
 */

export type Jurisdiction = "eu";

/** `<workspace uuid>`, or `<workspace uuid>.eu` where the workspace's data stays in the EU. */
export type LedgerId = string & { readonly __brand: "LedgerId" };

export function ledgerIdOf(workspace: {
  readonly uuid: string;
  readonly jurisdiction: Jurisdiction | null;
}): LedgerId {
  const { uuid, jurisdiction } = workspace;
  return (jurisdiction === null ? uuid : `${uuid}.${jurisdiction}`) as LedgerId;
}

const LEDGER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.eu)?$/;

/** Whether a value is the name of a Ledger, of one that exists or not. */
export function isLedgerId(value: unknown): value is LedgerId {
  return typeof value === "string" && LEDGER_ID.test(value);
}

/** Returns the UUID of the workspace whose Ledger it is. */
export function workspaceUuidOf(ledger: LedgerId): string {
  return ledger.replace(/\.eu$/, "");
}
