/**
 * What stands between some visitors and the destination: the password, the click limit, the preview,
 * the card that apps show, and Office's own request. Loaded with the first visit that meets one of them.
 */

import type { AgentReader } from "../clicks/agent-reader.ts";
import type { LinkAddress } from "../links/route/address.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { admit } from "./admission.ts";
import { answerPage, jsonOf, notice, responseTo, wantsJson } from "./pages/answer.ts";
import { card } from "./pages/card.ts";
import { GONE } from "./pages/notices.ts";
import { leadingOn, onward, preview } from "./pages/preview.ts";
import type { PasswordOutcome, PasswordRequest } from "./password.ts";
import type { AskedPath } from "./path.ts";
import type { RequestUrl } from "./request-url.ts";
import { redirectHeaders, type Asker } from "./respond.ts";
import type { Visitor } from "./visitor.ts";

export interface GuardedVisit extends Asker {
  readonly request: Request;
  readonly url: RequestUrl;
  readonly env: Cloudflare.Env;
  readonly asked: AskedPath;
  readonly address: LinkAddress;
  readonly visitor: Visitor;
  readonly nowMs: number;
}

export interface GuardParts {
  loadAgentReader(): Promise<AgentReader>;
  askPassword(env: Cloudflare.Env, asked: PasswordRequest): Promise<PasswordOutcome>;
}

/** The visitor may go on. */
export interface Passed {
  /** The cookie of a password that was entered with this request. */
  readonly unlocking: string | null;
  /** Where the visitor comes from: with a password, before the page that asked for it. */
  readonly referer: string | null;
  /** Whether this goes on with a visit that was counted. */
  readonly isRepeat: boolean;
}

/** The click limit is used up, and the link leads elsewhere since then. */
export interface UsedUp {
  readonly fallback: string;
}

/** Checks the password, then the click limit. */
export async function passGuards(
  visit: GuardedVisit,
  record: RouteRecord,
  parts: GuardParts,
): Promise<Response | Passed | UsedUp> {
  const { env, method, asked, visitor, nowMs } = visit;
  let { referer } = visitor;
  let unlocking: string | null = null;
  let isRepeat = false;
  if (record.password !== undefined) {
    const url = new URL(visit.url.href);
    const outcome = await parts.askPassword(env, { ...visit, url, record });
    if (outcome.kind === "asked") return outcome.response;
    unlocking = outcome.cookie;
    referer = outcome.referer;
    // Each visit that passes a limit uses up a click of it, so each is counted.
    isRepeat = outcome.isRepeat && record.limit === undefined;
  }
  if (record.limit !== undefined) {
    const agents = await parts.loadAgentReader();
    const isHead = method === "HEAD";
    // HEAD is answered as GET would be, so that checkers of links do not take this one for broken.
    const sender = agents.classify(isHead ? { ...visitor, kind: "visit" } : visitor);
    const admitting = isHead || asked.preview ? "look" : "click";
    const refused = await admit(env, record, record.limit, sender, admitting, nowMs);
    const { limitReachedUrl } = record;
    if (refused === GONE && limitReachedUrl !== undefined) return { fallback: limitReachedUrl };
    if (refused !== null) return notice(visit, refused);
  }
  return { unlocking, referer, isRepeat };
}

/** Shows where a link leads. */
export function answerPreview(asker: Asker, destination: string): Response {
  return wantsJson(asker)
    ? responseTo(asker, jsonOf(200, { destinationUrl: destination }))
    : answerPage(asker, preview(destination));
}

/**
 * Answers a program that makes a preview of the link with the link's own card, which is of its
 * owner's words; `destination` is null where it must not be revealed. Returns null for anybody else,
 * for a preview of ours, and once the link's limit is used up.
 */
export async function answerUnfurler(
  visit: GuardedVisit,
  { social, ...record }: RouteRecord,
  destination: string | null,
  parts: GuardParts,
): Promise<Response | null> {
  const { method, asked } = visit;
  if (social === undefined || asked.preview || method === "POST") return null;
  const agents = await parts.loadAgentReader();
  const sender = agents.classify({ ...visit.visitor, kind: "visit" });
  if (sender !== "unfurler") return null;
  const { env, url, nowMs } = visit;
  if (record.limit !== undefined) {
    const refused = await admit(env, record, record.limit, "human", "look", nowMs);
    if (refused !== null) return null;
  }
  const headers = redirectHeaders(false, record.crawlable === true);
  return answerPage(visit, card(social, onward(url.href, destination)), headers);
}

/**
 * Answers Office, which asks for a link before it opens the browser, and would show an error instead
 * of opening it, or open where it was redirected to: a page makes the browser ask for the link itself.
 *
 * `destination` is null where the page must not reveal it; it then leads to the link itself.
 */
export function answerOffice(visit: GuardedVisit, destination: string | null): Response {
  return answerPage(visit, leadingOn(visit.url.href, destination));
}
