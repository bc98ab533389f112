/** Lists and replays the messages that a queue gave up on, for the operator. */

import { and, desc, eq, lt } from "drizzle-orm";

import { readClickMessage } from "../clicks/click-message.ts";
import { ingestMessages } from "../clicks/consumer.ts";
import { databaseOf } from "../db/database.ts";
import { deadLetters } from "../db/schema/index.ts";
import { parseQueueRole } from "../platform/queue-role.ts";
import { err, ok, type Result } from "../platform/result.ts";

export type DeadLetter = typeof deadLetters.$inferSelect;

export type DeadLetterRefusal =
  | { readonly reason: "dead_letter_not_found" }
  /** The running version cannot read the message, or has no such queue. */
  | { readonly reason: "dead_letter_unreadable" };

export interface DeadLetterPage {
  readonly queue: string | null;
  /** Only letters with a smaller id: the last id of the previous page. */
  readonly beforeId: number | null;
  readonly limit: number;
}

/** Lists dead letters, newest first. */
export async function listDeadLetters(
  env: Cloudflare.Env,
  { queue, beforeId, limit }: DeadLetterPage,
): Promise<DeadLetter[]> {
  return databaseOf(env.DB)
    .select()
    .from(deadLetters)
    .where(
      and(
        queue === null ? undefined : eq(deadLetters.queue, queue),
        beforeId === null ? undefined : lt(deadLetters.id, beforeId),
      ),
    )
    .orderBy(desc(deadLetters.id))
    .limit(limit);
}

/**
 * Sends one message to its original destination, then deletes the letter.
 *
 * Throws if the message does not arrive, and keeps the letter. Clicks that were counted before are
 * not counted twice within the 30 days that a Ledger remembers a batch.
 */
export async function replayDeadLetter(
  env: Cloudflare.Env,
  id: number,
): Promise<Result<null, DeadLetterRefusal>> {
  const db = databaseOf(env.DB);
  const [letter] = await db.select().from(deadLetters).where(eq(deadLetters.id, id));
  if (letter === undefined) return err({ reason: "dead_letter_not_found" });
  switch (parseQueueRole(letter.queue)) {
    case "clicks":
    case "clicks-dead": {
      const read = readClickMessage(letter.body);
      if (read.kind !== "clicks") return err({ reason: "dead_letter_unreadable" });
      await ingestMessages(env, [read.message]);
      break;
    }
    // What has died may have come from the slow queue: the consumer finds out, and moves it there.
    case "webhooks":
    case "webhooks-dead":
      await env.WEBHOOKS.send(JSON.parse(letter.body));
      break;
    case "webhooks-slow":
      await env.WEBHOOKS_SLOW.send(JSON.parse(letter.body));
      break;
    case null:
      return err({ reason: "dead_letter_unreadable" });
  }
  await db.delete(deadLetters).where(eq(deadLetters.id, id));
  return ok(null);
}
