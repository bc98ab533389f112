import type { BatchItem } from "drizzle-orm/batch";

import type { Access } from "../accounts/access.ts";
import type { Database } from "../db/database.ts";
import type { DestinationPolicy } from "./destination.ts";

/** What a change of links needs to know besides the change itself. */
export interface LinkContext {
  readonly env: Pick<Cloudflare.Env, "DB" | "CODE_ALLOCATOR">;
  readonly access: Access;
  readonly nowMs: number;
  readonly policy: LinkPolicy;
}

/** Where the APIs differ in what they let a link be. */
export interface LinkPolicy extends DestinationPolicy {
  /** Accept an expiry that has passed: the link is then born expired, and can be restored. */
  readonly pastExpiry: boolean;
}

export type Statement = BatchItem<"sqlite">;

/**
 * Statements that must happen with a change or not at all, such as an idempotency key's result.
 *
 * They are asked for with the UUIDs of the links concerned, and run after the change.
 */
export type Alongside = (uuids: readonly string[]) => readonly Statement[];

type Rows<Q extends readonly Statement[]> = { -readonly [K in keyof Q]: Q[K]["_"]["result"] };

/** Runs `before`, the queries and `after` in one D1 batch (all of it or nothing); gives the queries' rows. */
export async function batchAround<const Q extends readonly [Statement, ...Statement[]]>(
  db: Database,
  before: readonly Statement[],
  queries: Q,
  after: readonly Statement[] = [],
): Promise<Rows<Q>> {
  const [first, ...rest] = [...before, ...queries, ...after];
  const results: readonly unknown[] = await db.batch([first ?? queries[0], ...rest]);
  return results.slice(before.length, before.length + queries.length) as Rows<Q>;
}
