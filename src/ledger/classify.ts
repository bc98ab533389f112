/** Tells people from the programs that follow links on their own. Only people count. */

import { isbot } from "isbot";

import type { ClickKind } from "../redirect/click.ts";
import type { LedgerClick } from "./contract.ts";

/** Programs that fetch a link because a person shared it, to show a preview. */
const UNFURLERS =
  /facebookexternalhit|facebot\b|twitterbot|slackbot|slack-imgproxy|^whatsapp\/|telegrambot|discordbot|linkedinbot|skypeuripreview|microsoftpreview|bingpreview|msteams|redditbot|pinterest(?:bot)?\/|vkshare|viber\b.*preview|iframely|embedly|mastodon\/|bluesky cardyb|mattermost|rocket\.chat|snap url preview|google-read-aloud|line-poker|kakaotalk-scrap|zoombot|flipboardproxy|tumblr\/|quora link preview|notionembedder|outbrain|synapse|matrix-url-preview|cardyb|threads-?bot/i;

/** Scanners of mail that isbot takes for people: SafeLinks asks with Office's own name. */
const SCANNERS = /^microsoft office\/|ms-office|\bmsoffice\b/i;

/**
 * Classifies a click by its kind and its user agent.
 *
 * What the request itself says (HEAD, a prefetch) outranks the user agent. A visitor without a user
 * agent is a bot: browsers always send one.
 */
export function classify(kind: ClickKind, userAgent: string): LedgerClick["class"] {
  if (kind !== "visit") return kind;
  if (userAgent.trim() === "") return "bot";
  if (UNFURLERS.test(userAgent)) return "unfurler";
  return SCANNERS.test(userAgent) || isbot(userAgent) ? "bot" : "human";
}
