/** Answers objects whose lists may hold thousands of items. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import { mapInSlices } from "../../platform/pauses.ts";

/** Items that are written before a pause: a millisecond or two of the thread. */
const ITEMS_AT_ONCE = 200;

/** Answers like `c.json`, and writes the items of the object's lists in slices. */
export async function answerLongJson(
  c: Context,
  object: Readonly<Record<string, unknown>>,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(object)) {
    const text = Array.isArray(value) ? await longList(value) : JSON.stringify(value);
    fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return c.body(`{${fields.join(",")}}`, status, { "Content-Type": "application/json" });
}

async function longList(items: readonly unknown[]): Promise<string> {
  const texts = await mapInSlices(items, ITEMS_AT_ONCE, (item) => JSON.stringify(item));
  return `[${texts.join(",")}]`;
}
