import { err, ok, type Result } from "../platform/result.ts";
import type { LinkNotFound } from "./errors.ts";
import type { Link, LinkRef } from "./link.ts";
import type { LinkStore } from "./store.ts";

/** Finds a link of the store's workspace; another workspace's is as unknown as none. */
export async function findLink(
  store: LinkStore,
  ref: LinkRef,
): Promise<Result<Link, LinkNotFound>> {
  const link = await store.find(ref);
  return link === null ? err({ code: "link_not_found" }) : ok(link);
}
