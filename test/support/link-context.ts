/** What use cases of links need, for a workspace of its own and a clock that stands still. */

import { env } from "cloudflare:workers";

import { SCOPES } from "../../src/access/access.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink, createLinks, type LinkInput } from "../../src/links/create-link.ts";
import type { CreateLinkRefusal } from "../../src/links/errors.ts";
import type { Link } from "../../src/links/link.ts";
import type { Result } from "../../src/platform/result.ts";
import { newAccount } from "./account.ts";

export const NOW = Date.parse("2026-05-04T10:00:00Z");

/** Makes a context in a fresh workspace, with the native API's policy unless told otherwise. */
export async function newContext(over: Partial<LinkContext["policy"]> = {}): Promise<LinkContext> {
  const { userId, workspace } = await newAccount();
  return {
    env,
    nowMs: NOW,
    policy: {
      pastExpiry: false,
      isOwnHost: (hostname) => hostname === "sign.test",
      ...over,
    },
    access: {
      userId,
      workspace,
      role: "owner",
      scopes: new Set(SCOPES),
      via: "token",
      workspaceOnly: false,
    },
  };
}

export function input(over: Partial<LinkInput> = {}): LinkInput {
  return { destinationUrl: "https://example.com/x", ...over };
}

/** Makes a link; throws the reason if it is refused. */
export async function makeLink(context: LinkContext, over?: Partial<LinkInput>): Promise<Link> {
  const made = await createLink(context, input(over));
  if (!made.ok) throw new Error(made.error.reason);
  return made.value;
}

/** Makes links in one call; throws the reason if the whole call is refused. */
export async function makeLinks(
  context: LinkContext,
  inputs: readonly LinkInput[],
): Promise<Result<Link, CreateLinkRefusal>[]> {
  const made = await createLinks(context, inputs);
  if (!made.ok) throw new Error(made.error.reason);
  return made.value;
}

/** Reads an iterable to its end. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
