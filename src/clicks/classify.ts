/** Distinguishes people from programs that follow links on their own. Only people are counted. */

import { isbot } from "isbot";

import type { LedgerClick } from "../ledger/contract.ts";
import type { ClickKind } from "./click.ts";

/**
 * Programs that fetch a link because a person shared it, to show a preview.
 *
 * Apps also add their names to their in-app browsers, in which people follow links. Where an app
 * has such a browser, its name alone is therefore not enough.
 */
const UNFURLERS = new RegExp(
  [
    "facebookexternalhit|facebot\\b|twitterbot|slackbot|slack-imgproxy|^whatsapp/|telegrambot",
    "discordbot|linkedinbot|skypeuripreview|microsoftpreview|bingpreview|redditbot|pinterestbot",
    "vkshare|iframely|embedly|mastodon/|bluesky cardyb|mattermost-bot|snap url preview",
    "quora link preview|kakaotalk-scrap|flipboardproxy|notionembedder|^synapse ",
  ].join("|"),
  "i",
);

/** Mail scanners that isbot takes for people: SafeLinks sends Office's own user agent. */
const SCANNERS = /^microsoft office\/|ms-office|\bmsoffice\b/i;

/** The kinds of sender that a user agent can reveal. */
export type Sender = Exclude<LedgerClick["class"], Exclude<ClickKind, "visit">>;

/**
 * Classifies a click by its kind and its user agent. A kind that the request itself reveals (HEAD,
 * a prefetch) outranks the user agent.
 */
export function classify(kind: ClickKind, userAgent: string): LedgerClick["class"] {
  return kind === "visit" ? senderOf(userAgent) : kind;
}

/**
 * Classifies the sender of a user agent. An empty one means a bot, because browsers always send
 * one.
 *
 * Takes microseconds. Code that runs for every click should call `readAgent`, which caches.
 */
export function senderOf(userAgent: string): Sender {
  if (userAgent.trim() === "") return "bot";
  if (UNFURLERS.test(userAgent)) return "unfurler";
  return SCANNERS.test(userAgent) || isbot(userAgent) ? "bot" : "human";
}
