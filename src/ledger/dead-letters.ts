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

export interface DeadLetter {
  readonly id: number;
  readonly body: string;
}

/** Gives dead letters of click queues in the order they were stored, after the one with this id. */
export async function deadClicks(
  db: D1Database,
  afterId: number,
  limit: number,
): Promise<readonly DeadLetter[]> {
  const { results } = await db
    .prepare(
      `SELECT id, body FROM dead_letters
       WHERE id > ? AND queue IN ('clicks', 'clicks-dead') ORDER BY id LIMIT ?`,
    )
    .bind(afterId, limit)
    .all<{ id: number; body: string }>();
  return results;
}

export async function dropDeadLetters(db: D1Database, ids: readonly number[]): Promise<void> {
  await db
    .prepare("DELETE FROM dead_letters WHERE id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(ids))
    .run();
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : (JSON.stringify(body) ?? "null");
}
