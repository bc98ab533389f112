/** Makes a workspace as a person does: an account, a token, links, rules and an A/B test. */

import { ledgerIdOf, type LedgerId } from "../../src/ledger/ledger-id.ts";
import { call, signUp } from "../support/account.ts";
import type { Runtime } from "../support/runtime.ts";
import type { WorkspaceNumbers } from "../tasks.ts";

export interface BenchLink {
  readonly id: number;
  readonly uuid: string;
}

export interface BenchWorkspace {
  readonly ledger: LedgerId;
  readonly uuid: string;
  readonly token: string;
  readonly firstLinkId: number;
  /** The three that are clicked on most, in this order. */
  readonly hot: BenchLink;
  readonly ruled: BenchLink;
  readonly tested: BenchLink;
  /** Ids that clicks on the second and the third are counted under. */
  readonly rules: readonly string[];
  readonly variants: readonly string[];
}

const RULES = 10;
const VARIANTS = ["a", "b"];

/** Makes the workspace of an account of its own, with so many links and no clicks. */
export async function openWorkspace(
  runtime: Runtime,
  name: string,
  links: number,
): Promise<BenchWorkspace> {
  const token = await signUp(runtime, name);
  const uuid = await ownWorkspace(runtime, token);
  const headers = authorization(token);
  await call(runtime, {
    method: "POST",
    path: "/api/links/import",
    headers: { ...headers, "Content-Type": "text/csv" },
    body: csv(links),
  });
  const numbers = await runtime.ask<WorkspaceNumbers>("numbers", { uuid });
  const [hot, ruled, tested] = numbers.links;
  const last = numbers.links.at(-1);
  if (hot === undefined || ruled === undefined || tested === undefined || last === undefined) {
    throw new Error("The links were not made.");
  }
  if (last.id - hot.id !== links - 1) throw new Error("The links are not numbered one by one.");
  const change = async (link: BenchLink, changes: unknown): Promise<WireLink> => {
    const changed = await call(runtime, {
      method: "PATCH",
      path: `/api/links/${link.uuid}`,
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(changes),
    });
    return JSON.parse(changed.body) as WireLink;
  };
  const { rules } = await change(ruled, { rules: newRules() });
  const { abTest } = await change(tested, { abTest: { enabled: true, variants: newVariants() } });
  return {
    ledger: ledgerIdOf({ uuid, jurisdiction: null }),
    uuid,
    token,
    firstLinkId: hot.id,
    hot,
    ruled,
    tested,
    // What no rule fits is counted under the default one.
    rules: [...rules.map(({ id }) => id), "default"],
    variants: abTest.variants.map(({ id }) => id),
  };
}

export function authorization(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}

interface WireLink {
  readonly rules: readonly { readonly id: string }[];
  readonly abTest: { readonly variants: readonly { readonly id: string }[] };
}

function newRules(): unknown[] {
  return Array.from({ length: RULES }, (_, index) => ({
    targetUrl: `https://example.com/${index}`,
    country: ["DE", "UA"],
    device: ["mobile"],
    timeStart: `${String(index).padStart(2, "0")}:00`,
    timeEnd: "23:00",
  }));
}

function newVariants(): unknown[] {
  return VARIANTS.map((name) => ({ name, url: `https://example.com/${name}`, weight: 1 }));
}

function csv(links: number): string {
  const rows = Array.from(
    { length: links },
    (_, n) => `https://example.com/page/${n},Page ${n},"spring,sale"`,
  );
  return `destination_url,title,tags\n${rows.join("\n")}\n`;
}

/** Gives the workspace that every account has of its own. */
async function ownWorkspace(runtime: Runtime, token: string): Promise<string> {
  const listed = await call(runtime, {
    method: "GET",
    path: "/api/workspaces",
    headers: authorization(token),
  });
  const [own] = JSON.parse(listed.body) as { readonly id: string }[];
  if (own === undefined) throw new Error("An account has no workspace.");
  return own.id;
}
