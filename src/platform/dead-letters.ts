/** Messages that could not be dealt with, kept whole in D1 until an operator has looked. */

/** Stores messages; the same message twice changes nothing. */
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

function textOf(body: unknown): string {
  return typeof body === "string" ? body : (JSON.stringify(body) ?? "null");
}
