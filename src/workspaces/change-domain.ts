import { eq, sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { selectVerifiedHosts } from "../db/own-hosts.ts";
import { domains } from "../db/schema/domains.ts";
import { hostsNamedIn, parseWebAddress } from "../links/destination.ts";
import { hostAddress } from "../links/route/address.ts";
import { publishSoon } from "../links/route/publish.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { isSameJson } from "../platform/same-json.ts";
import {
  type AppFiles,
  type Domain,
  type DomainNotFound,
  domainStore,
  type DomainUrlRefused,
  leaveHosts,
  WHOLE_COLUMNS,
  type WholeDomain,
} from "./domains.ts";

type HostSettings = Pick<Domain, "rootUrl" | "notFoundUrl" | "robots"> & AppFiles;

/** An absent field keeps its value. */
export type DomainChanges = { readonly [K in keyof HostSettings]?: HostSettings[K] | undefined };

/**
 * Changes what a domain serves beside its links. Before the domain is verified, and after it is lost,
 * the settings wait. A change that leaves everything as it is publishes nothing.
 */
export async function changeDomain(
  { env, workspace, nowMs }: WorkspaceContext,
  uuid: string,
  changes: DomainChanges,
): Promise<Result<WholeDomain, DomainNotFound | DomainUrlRefused>> {
  const db = databaseOf(env.DB);
  const store = domainStore(db, workspace.id);
  const found = await store.find(uuid);
  if (!found.ok) return found;
  const { id, hostname } = found.value;
  const urls = [changes.rootUrl, changes.notFoundUrl].flatMap((url) => url ?? []);
  const hosts = hostsNamedIn(urls);
  const verified = hosts.length === 0 ? [] : await selectVerifiedHosts(db, hosts);
  const others = new Set(verified.map((row) => row.hostname).filter((name) => name !== hostname));
  const rootUrl = acceptUrl("rootUrl", changes.rootUrl, hostname, others);
  if (!rootUrl.ok) return rootUrl;
  const notFoundUrl = acceptUrl("notFoundUrl", changes.notFoundUrl, hostname, others);
  if (!notFoundUrl.ok) return notFoundUrl;
  const given = { ...changes, rootUrl: rootUrl.value, notFoundUrl: notFoundUrl.value };
  const columns = definedIn(given);
  if (isSameJson({ ...found.value, ...columns }, found.value)) return found;
  // Only what was given: a concurrent change of another setting stays.
  const [, [changed]] = await batchAround(
    db,
    [leaveHosts(db, sql`id = ${id} and verified_at_ms is not null`, nowMs)],
    [
      db
        .update(domains)
        .set({ ...columns, version: sql`${domains.version} + 1` })
        .where(eq(domains.id, id)),
      db.all<WholeDomain>(sql`select ${WHOLE_COLUMNS} from domains where id = ${id}`),
    ],
  );
  if (changed === undefined) return err({ reason: "domain_not_found" });
  publishSoon(env, [hostAddress(hostname)]);
  return ok(changed);
}

/**
 * Validates where a domain leads. It may lead to a default host, whose links lead to no domain, and
 * to a link of its own, which the redirect keeps from going round; never to its own root, and to no
 * other domain, which could lead back.
 */
function acceptUrl(
  field: DomainUrlRefused["field"],
  text: string | null | undefined,
  hostname: string,
  others: ReadonlySet<string>,
): Result<string | null | undefined, DomainUrlRefused> {
  if (typeof text !== "string") return ok(text);
  const policy = { isOwnHost: (host: string) => others.has(host) };
  const parsed = parseWebAddress(text, policy);
  if (!parsed.ok)
    return err({ reason: "domain_url_refused", field, problem: parsed.error.problem });
  const url = new URL(parsed.value.href);
  const isOwnRoot = url.hostname.replace(/\.+$/, "") === hostname && /^\/*$/.test(url.pathname);
  return isOwnRoot
    ? err({ reason: "domain_url_refused", field, problem: "own_host" })
    : ok(parsed.value.text);
}

function definedIn(changes: DomainChanges): Partial<HostSettings> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
