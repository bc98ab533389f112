/** Keeps whole queue messages that could not be processed in D1, for an operator to look at. */

import { DAY_MS } from "./clock.ts";
import { log, tolerate } from "./log.ts";
import { retryLater } from "./retry-delay.ts";

/** After this time a letter is deleted: clicks in it have user agents, and hashes of addresses. */
export const DEAD_LETTER_AGE_MS = 30 * DAY_MS;

/** Stores messages. Storing a message again changes nothing. */
export async function keepDeadLetters(
  db: D1Database,
  queue: string,
  messages: readonly Pick<Message, "id" | "body" | "timestamp">[],
): Promise<void> {
  if (messages.length === 0) return;
  const insert = db.prepare(
    `INSERT INTO dead_letters (queue, message_id, body, created_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (message_id) DO NOTHING`,
  );
  await db.batch(
    messages.map(({ id, body, timestamp }) =>
      insert.bind(queue, id, textOf(body), timestamp.getTime()),
    ),
  );
}

/**
 * Takes an unreadable message off its queue, so that it does not block its siblings, once it is
 * stored; until then the message is retried. Logs names that begin with `room`.
 */
export async function setAside(
  room: string,
  queue: string,
  message: Message,
  db: D1Database,
): Promise<void> {
  const kept = await tolerate(
    `${room}.dead_letter.failed`,
    keepDeadLetters(db, queue, [message]).then(() => true),
    { queue },
  );
  if (kept === null) {
    retryLater(message);
    return;
  }
  log("error", `${room}.message.malformed`, { queue });
  message.ack();
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : (JSON.stringify(body) ?? "null");
}
