/** Makes something once, where the installation is to be. */

import { ApiError, type Client, type Row } from "./client.ts";
import type { Place } from "./memory.ts";

/** Makes something and returns its id. If the answer is lost, it looks whether it was made. */
export async function create(
  client: Client,
  route: string,
  body: Row,
  [idKey, nameKey]: readonly [string, string],
): Promise<string> {
  try {
    return String(((await client.send("POST", route, body)) as Row)[idKey]);
  } catch (error) {
    if (!(error instanceof ApiError) || !error.isUncertain) throw error;
    const rows = await client.list(route);
    const made = rows.find((row) => row[nameKey] === body[nameKey]);
    if (made === undefined) throw error;
    return String(made[idKey]);
  }
}

/** Says where something is to be made, in the fields that its API has for it. */
export function placeOf(
  place: Place,
  keys: Partial<Record<"location" | "jurisdiction", string>>,
): Row {
  // A jurisdiction is a promise, a location only a wish: Cloudflare takes one of them.
  const kind = place.jurisdiction === null ? "location" : "jurisdiction";
  const key = keys[kind];
  const value = place[kind];
  return key === undefined || value === null ? {} : { [key]: value };
}
