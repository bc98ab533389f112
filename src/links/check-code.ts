import { sql } from "drizzle-orm";

import { isReserved } from "../codes/reserved.ts";
import { freeSuggestions } from "../codes/suggestions.ts";
import type { Database } from "../db/database.ts";
import { isFree } from "./held-codes.ts";
import type { LinkAddress } from "./route/address.ts";

export type CodeState =
  | { readonly kind: "free" }
  | { readonly kind: "taken" | "reserved"; readonly suggestions: readonly string[] };

/**
 * Returns whether a workspace could take an address now, with suggestions if it could not. Only a
 * forecast: D1's unique index decides when the link is created.
 */
export async function checkCode(
  db: Database,
  address: LinkAddress,
  workspaceId: number,
  nowMs: number,
): Promise<CodeState> {
  if (!isReserved(address.code)) {
    const [found] = await db.all<{ free: 0 | 1 }>(
      sql`select (${isFree(address, workspaceId, nowMs)}) as free`,
    );
    if (found?.free === 1) return { kind: "free" };
  }
  const suggestions = await freeSuggestions(db, { ...address, workspaceId, nowMs });
  return { kind: isReserved(address.code) ? "reserved" : "taken", suggestions };
}
