/**
 * The design that everybody begins with: a KV read, a queue message, a row in D1 with a random key
 * and three indexes, and a webhook message, each for every click. Built to be counted, not to be run.
 */

import { noOperations, type Operations } from "../operations.ts";
import { visitsOf } from "../traffic.ts";
import { meteredDatabase, meteredQueue, meteredRoutes } from "./metered.ts";

const MESSAGES_A_CALL = 10;

/** Counts what so many clicks on so many links cost. */
export async function countNaive(
  env: Cloudflare.Env,
  { clicks, links }: { readonly clicks: number; readonly links: number },
): Promise<Operations> {
  const counted = noOperations();
  const db = meteredDatabase(env.DB, counted);
  const routes = meteredRoutes(counted, () => "https://example.com/");
  const [queue, webhooks] = [meteredQueue(counted, []), meteredQueue(counted, [])];
  await createTable(env.DB);
  const insert = db.prepare("INSERT INTO naive VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  const visit = visitsOf(links, clicks, 1);
  let waiting: D1PreparedStatement[] = [];
  for (let n = 0; n < clicks; n++) {
    const { link, country, referer, userAgent, address } = visit();
    const click = [crypto.randomUUID(), link, n, country, referer, userAgent];
    await routes.get(String(link));
    await queue.send({ click, address });
    await webhooks.send({ event: "link.clicked", click });
    counted.redirects += 1;
    waiting.push(insert.bind(...click));
    if (waiting.length < MESSAGES_A_CALL) continue;
    await db.batch(waiting);
    waiting = [];
    // One for the clicks, one for the webhooks.
    counted.consumerCalls += 2;
  }
  await env.DB.exec("DROP TABLE naive");
  return counted;
}

async function createTable(db: D1Database): Promise<void> {
  await db.batch(
    [
      "CREATE TABLE naive (id TEXT PRIMARY KEY, link INTEGER, at INTEGER, country TEXT, referer TEXT, agent TEXT)",
      "CREATE INDEX naive_link ON naive (link, at)",
      "CREATE INDEX naive_at ON naive (at)",
      "CREATE INDEX naive_country ON naive (country)",
    ].map((statement) => db.prepare(statement)),
  );
}
