/**
 * Names the Ledger of a workspace. In a file of its own, since route records carry the name and the
 * redirect does not load the Ledger.
 *
 * The name contains the workspace's UUID and not its number: a restored D1 gives the number to
 * another workspace, which would then get this one's Ledger.
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

/** Whether a value is a valid name of a Ledger, whether or not that Ledger exists. */
export function isLedgerId(value: unknown): value is LedgerId {
  return typeof value === "string" && LEDGER_ID.test(value);
}

/** Returns the UUID of the workspace that the Ledger belongs to. */
export function workspaceUuidOf(ledger: LedgerId): string {
  return ledger.replace(/\.eu$/, "");
}
