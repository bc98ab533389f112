/** Tells people from the programs that follow links on their own. Only people count. */

import { isbot } from "isbot";

import type { LedgerClick } from "../ledger/contract.ts";
import type { ClickKind } from "./click.ts";

/**
 * Programs that fetch a link because a person shared it, to show a preview.
 *
 * Apps add their names to the browsers inside of them, and there people follow links: so a name
 * alone is not enough where an app has such a browser.
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

/** Scanners of mail that isbot takes for people: SafeLinks asks with Office's own name. */
const SCANNERS = /^microsoft office\/|ms-office|\bmsoffice\b/i;

/** Who sends a user agent, as far as it says. */
export type Sender = Exclude<LedgerClick["class"], Exclude<ClickKind, "visit">>;

/**
 * Classifies a click by its kind and its user agent. What the request itself says (HEAD, a prefetch)
 * outranks the user agent.
 */
export function classify(kind: ClickKind, userAgent: string): LedgerClick["class"] {
  return kind === "visit" ? senderOf(userAgent) : kind;
}

/**
 * Tells who sends a user agent. A visitor without one is a bot: browsers always send one.
 *
 * Takes microseconds: for every click, `readAgent` is the one to ask, which remembers.
 */
export function senderOf(userAgent: string): Sender {
  if (userAgent.trim() === "") return "bot";
  if (UNFURLERS.test(userAgent)) return "unfurler";
  return SCANNERS.test(userAgent) || isbot(userAgent) ? "bot" : "human";
}
