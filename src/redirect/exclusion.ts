/**
 * A visitor's way out: `?signpost=off` on any short link keeps the clicks of this browser on this host
 * from being counted, by a cookie that says only that, and `?signpost=on` ends it. Loaded with the
 * first request for one.
 */

import { answerPage, jsonOf, responseTo, wantsJson } from "./pages/answer.ts";
import type { Page } from "./pages/page.ts";
import type { RequestUrl } from "./request-url.ts";
import type { Asker } from "./respond.ts";

export interface ExclusionRequest extends Asker {
  /** Its query has the choice. */
  readonly url: RequestUrl;
}

const NAME = "signpost";
const AGE_SECONDS = 365 * 24 * 3_600;
const LAST_CHOICE = /^.*[?&]signpost=(on|off)(?:&|$)/;

/** Sets or removes the cookie, and says so. */
export function answerChoice(asked: ExclusionRequest): Response {
  const { url } = asked;
  const isOff = LAST_CHOICE.exec(url.query)?.[1] === "off";
  const response = wantsJson(asked)
    ? responseTo(asked, jsonOf(200, { counted: !isOff }))
    : answerPage(asked, pageOf(url, isOff));
  response.headers.append("Set-Cookie", cookieOf(url, isOff));
  return response;
}

function cookieOf({ origin }: RequestUrl, isOff: boolean): string {
  const secure = origin.startsWith("https:") ? "; Secure" : "";
  return `${NAME}=off; Path=/; Max-Age=${isOff ? AGE_SECONDS : 0}; HttpOnly; SameSite=Lax${secure}`;
}

function pageOf({ origin, path }: RequestUrl, isOff: boolean): Page {
  const { host } = new URL(origin);
  const choiceOf = (choice: string) => new URL(`${origin}${path}?signpost=${choice}`).href;
  return isOff
    ? {
        status: 200,
        title: "Your clicks are not counted",
        text: `Links on ${host} work as before, and this browser's clicks are left out of their statistics for a year. A cookie remembers that, and nothing else.`,
        action: { href: choiceOf("on"), label: "Count my clicks again" },
      }
    : {
        status: 200,
        title: "Your clicks are counted",
        text: `This browser's clicks on ${host} are part of the statistics of links, and the cookie that kept them out is gone.`,
        action: { href: choiceOf("off"), label: "Do not count my clicks" },
      };
}
