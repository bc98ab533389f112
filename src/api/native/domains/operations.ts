/** Custom domains of the workspace that a request acts in. Managers change them, by session. */

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { domains as domainTable } from "../../../db/schema/index.ts";
import { parseClaim } from "../../../links/hostname.ts";
import { changeDomain } from "../../../workspaces/change-domain.ts";
import { claimDomain } from "../../../workspaces/claim-domain.ts";
import { readHostnames } from "../../../workspaces/custom-hostnames.ts";
import { type Domain, domainStore, type WholeDomain } from "../../../workspaces/domains.ts";
import { proveDomain } from "../../../workspaces/prove-domain.ts";
import { releaseDomain } from "../../../workspaces/release-domain.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf, workspaceContextOf } from "../request.ts";
import { CHANGES_BYTES_MAX, domainChanges, newDomain } from "./contract.ts";
import { type Serving, wireDomain, wireWholeDomain } from "./translate.ts";

export const domainOperations = {
  listDomains: operation({
    method: "GET",
    path: "/domains",
    requires: { scope: "links:read" },
    async answer(c) {
      const all = await storeOf(c).list();
      const serving = await servingOf(c, all);
      return c.json(all.map((domain) => wireDomain(domain, serving)));
    },
  }),
  claimDomain: operation({
    method: "POST",
    path: "/domains",
    requires: { who: "session", role: "manager" },
    body: { schema: newDomain },
    async answer(c, { body }) {
      const hostname = parseClaim(body.hostname, configOf(c.env));
      if (!hostname.ok) return refuse(c, { reason: "hostname_refused", problem: hostname.error });
      const store = storeOf(c);
      const once = onceRequestOf(c, "POST /api/domains");
      const claimed = await runOnce(
        { ...once, db: databaseOf(c.env.DB), body },
        {
          table: domainTable,
          change: (alongside) =>
            claimDomain(
              workspaceContextOf(c),
              { hostname: hostname.value, userId: c.get("access").userId },
              alongside,
            ),
          rebuild: async (ids) => (await store.findByIds(ids))[0] ?? null,
        },
      );
      if (!claimed.ok) return refuse(c, claimed.error);
      if (claimed.value.replayed) c.header("Idempotent-Replayed", "true");
      return c.json(await wire(c, claimed.value.value), 201);
    },
  }),
  getDomain: operation({
    method: "GET",
    path: "/domains/:id",
    requires: { scope: "links:read" },
    async answer(c) {
      const found = await storeOf(c).find(uuidOf(c));
      return found.ok ? c.json(await wire(c, found.value)) : refuse(c, found.error);
    },
  }),
  updateDomain: operation({
    method: "PATCH",
    path: "/domains/:id",
    requires: { who: "session", role: "manager" },
    body: { schema: domainChanges, limitBytes: CHANGES_BYTES_MAX },
    async answer(c, { body }) {
      const changed = await changeDomain(workspaceContextOf(c), uuidOf(c), body);
      if (!changed.ok) return refuse(c, changed.error);
      announceLiveBy(c);
      return c.json(await wire(c, changed.value));
    },
  }),
  verifyDomain: operation({
    method: "POST",
    path: "/domains/:id/verify",
    requires: { who: "session", role: "manager" },
    async answer(c) {
      const proved = await proveDomain(workspaceContextOf(c), uuidOf(c));
      if (!proved.ok) return refuse(c, proved.error);
      announceLiveBy(c);
      return c.json(await wire(c, proved.value));
    },
  }),
  releaseDomain: operation({
    method: "DELETE",
    path: "/domains/:id",
    requires: { who: "session", role: "manager" },
    async answer(c) {
      const released = await releaseDomain(workspaceContextOf(c), uuidOf(c));
      if (!released.ok) return refuse(c, released.error);
      announceLiveBy(c);
      return c.json({ success: true, id: released.value.uuid });
    },
  }),
};

/** Reads what Cloudflare does for domains, where it serves them. */
async function servingOf(c: NativeContext, found: readonly Domain[]): Promise<Serving | null> {
  const { saas } = configOf(c.env);
  if (saas === null) return null;
  const names = found.map(({ hostname }) => hostname);
  return { ...saas, hostnames: await readHostnames(databaseOf(c.env.DB), names) };
}

async function wire(c: NativeContext, domain: WholeDomain) {
  return wireWholeDomain(domain, await servingOf(c, [domain]));
}

function storeOf(c: NativeContext) {
  return domainStore(databaseOf(c.env.DB), c.get("access").workspace.id);
}
