import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { counted, envWith } from "../support/faults.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import {
  insertDomain,
  insertLink,
  insertWorkspace,
  type LinkColumns,
} from "../support/link-rows.ts";

const HOUR_MS = 3_600_000;

describe("links that lead to each other", () => {
  /** Makes links on domains of their own, each to the next one, as if it had been another's once. */
  async function circleOf(size: number, columns: readonly LinkColumns[] = []) {
    const workspace = await insertWorkspace();
    const domains = Array.from({ length: size }, () => `${crypto.randomUUID()}.example`);
    for (const [at, domain] of domains.entries()) {
      await insertDomain(workspace, domain);
      const next = `https://${domains[(at + 1) % size] ?? ""}/a`;
      const link = { destination_url: next, ...columns[at] };
      const own = JSON.parse(JSON.stringify(link).replaceAll("NEXT", next)) as LinkColumns;
      await insertLink({ domain, code: "a", ...own }, workspace);
    }
    return domains.map((domain) => `https://${domain}/a`);
  }

  /** Follows redirects as a browser does, and returns the statuses. */
  async function statusesFrom(start: string, redirect = recordingRedirect().redirect) {
    const statuses: number[] = [];
    for (let next: string | null = start; next !== null && statuses.length < 20;) {
      const response = await follow(redirect, next, { headers: { "User-Agent": BROWSER } });
      statuses.push(response.status);
      next = response.headers.get("Location");
      if (next?.includes("elsewhere") === true) break;
    }
    return statuses;
  }

  const RULE = { id: "r", name: null, targetUrl: "NEXT", browsers: ["Chrome"] };
  const ELSEWHERE = "https://elsewhere.example/";

  it.for([
    ["by their destinations", []],
    ["by a rule", [{ destination_url: ELSEWHERE, rules: JSON.stringify([RULE]) }]],
    ["once one has expired", [{}, { expires_at_ms: 1, expired_url: "NEXT" }]],
  ] as const)(
    "%s answer 508 as soon as both have been asked for",
    async ([, columns], { expect }) => {
      const [first = "", second = ""] = await circleOf(2, columns);
      const { redirect, clicks } = recordingRedirect();
      expect(await statusesFrom(first, redirect)).toEqual([302, 508]);
      expect(await statusesFrom(first, redirect)).toEqual([508]);
      expect(await statusesFrom(second, redirect)).toEqual([508]);
      expect(clicks).toHaveLength(1);
    },
  );

  it("answer 508 where they are five", async ({ expect }) => {
    const [first = ""] = await circleOf(5);
    expect(await statusesFrom(first)).toEqual([302, 302, 302, 302, 508]);
  });

  it.for([
    ["one leads out", [{}, { destination_url: ELSEWHERE }], [302, 302]],
    [
      "a rule leads out",
      [{}, { rules: JSON.stringify([{ ...RULE, targetUrl: ELSEWHERE }]) }],
      [302, 302],
    ],
    ["one asks for a password", [{}, { password_hash: "x", password_version: 1 }], [302, 401]],
    ["one has not started", [{}, { starts_at_ms: Date.now() + HOUR_MS }], [302, 404]],
  ] as const)("are followed where %s", async ([, columns, statuses], { expect }) => {
    const [first = "", second = ""] = await circleOf(2, columns);
    const { redirect } = recordingRedirect();
    await statusesFrom(second, redirect);
    expect(await statusesFrom(first, redirect)).toEqual(statuses);
  });

  it("are looked up only where they lead to a host that has been asked for", async ({ expect }) => {
    const [first = ""] = await circleOf(2);
    const routes = counted(env.ROUTES, "get");
    const { redirect } = recordingRedirect();
    await follow(redirect, first, {}, envWith({ ROUTES: routes.binding }));
    expect(routes.calls()).toBe(1);
  });
});
