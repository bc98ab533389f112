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

/**
 * Programs that isbot takes for people: mail scanners (SafeLinks sends Office's own user agent), and
 * the plain HTTP stacks of Android, Apple's systems, Dart and PowerShell, which show nobody a page.
 */
const PROGRAMS = new RegExp(
  [
    "^microsoft office/|ms-office|\\bmsoffice\\b|symantec|clicktime",
    "^dalvik/|\\bcfnetwork/\\S+ darwin/|\\(dart:io\\)|\\b(?:windows)?powershell/",
  ].join("|"),
  "i",
);

/** A browser's user agent: `Mozilla/5.0 (system) engine/version …`. */
const BROWSER = /^Mozilla\/5\.0 \([^()]*(?:\([^()]*\)[^()]*)*\) (?:AppleWebKit|Gecko)\//;

/**
 * What a browser's user agent says of itself in words that isbot reads as a program's: the model of
 * an Android device ("M bot 60", "Discovery II"), WeChat's `Process/tools`, Sogou's browsers (its
 * spider calls itself a spider), and the bars in Alipay's sizes and in some extensions' marks.
 */
const MISREAD =
  /(?<=\bAndroid [\d.]+;(?: U;)?(?: [a-z]{2}[-_][a-z]{2};)? )[^;()]+(?=[;)])|\bProcess\/tools\w*|\bSogou(?:MobileBrowser|Search|MSE)\b|\|/gi;

/** The kinds of sender that a user agent can reveal. */
export type Sender = Exclude<LedgerClick["class"], Exclude<ClickKind, "visit">>;

/**
 * Classifies a click by its kind and its user agent. A kind that the redirect knows (HEAD, a
 * prefetch, a visitor who is not counted) outranks the user agent.
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
  return PROGRAMS.test(userAgent) || isbot(withoutMisread(userAgent)) ? "bot" : "human";
}

function withoutMisread(userAgent: string): string {
  return BROWSER.test(userAgent) ? userAgent.replace(MISREAD, "") : userAgent;
}
