/**
 * Brings the hosts of one service together under the name of its site: its app, its mobile pages,
 * its link shortener and its domains in other countries all refer from the same place.
 *
 * Cells and the log keep hosts, and reports ask for families when they are read, so that a change
 * of the table also holds for clicks of the past.
 */

import { isHostName } from "./bounds.ts";

/**
 * The hosts of each family: `host` alone, `*.host` with all below, or `name.*` under the domain of
 * any country. An Android app is a host too, named by its package (`clicks/referrer.ts`).
 *
 * A service of its own below another's host has a row (Gmail below Google): the longest name wins.
 */
export const FAMILIES: Readonly<Record<string, string>> = {
  // Search engines and assistants
  "google.com":
    "google.* google.cat images.google.* images.google.com encrypted.google.com ipv4.google.com " +
    "webcache.googleusercontent.com com.google.android.googlequicksearchbox " +
    "com.google.android.apps.searchlite",
  "news.google.com": "news.google.* com.google.android.apps.magazines",
  "bing.com": "*.bing.com com.microsoft.bing",
  "duckduckgo.com": "*.duckduckgo.com com.duckduckgo.mobile.android",
  "search.yahoo.com": "*.search.yahoo.com",
  "yandex.ru": "yandex.* yandex.com ya.ru m.yandex.ru ru.yandex.searchplugin",
  "baidu.com": "m.baidu.com com.baidu.searchbox",
  "ecosia.org": "*.ecosia.org com.ecosia.android",
  "qwant.com": "*.qwant.com com.qwant.liberty",
  "startpage.com": "*.startpage.com",
  "search.naver.com": "*.search.naver.com com.nhn.android.search",
  "search.daum.net": "*.search.daum.net net.daum.android.daum",
  "sogou.com": "*.sogou.com",
  "chatgpt.com": "*.chatgpt.com chat.openai.com com.openai.chatgpt",
  "perplexity.ai": "*.perplexity.ai ai.perplexity.app.android",
  "gemini.google.com": "bard.google.com com.google.android.apps.bard",

  // Social networks and messengers
  "facebook.com": "*.facebook.com fb.com fb.me com.facebook.katana com.facebook.lite",
  "messenger.com": "*.messenger.com m.me com.facebook.orca com.facebook.mlite",
  "instagram.com": "*.instagram.com instagr.am ig.me com.instagram.android com.instagram.lite",
  "threads.com": "*.threads.com *.threads.net com.instagram.barcelona",
  "whatsapp.com": "*.whatsapp.com wa.me com.whatsapp com.whatsapp.w4b",
  "x.com": "*.x.com *.twitter.com t.co com.twitter.android com.twitter.android.lite",
  "linkedin.com": "*.linkedin.com lnkd.in com.linkedin.android",
  "youtube.com": "*.youtube.com *.youtube-nocookie.com youtu.be com.google.android.youtube",
  "reddit.com": "*.reddit.com redd.it com.reddit.frontpage",
  "pinterest.com": "*.pinterest.com pinterest.* pin.it com.pinterest",
  "tiktok.com": "*.tiktok.com com.zhiliaoapp.musically com.ss.android.ugc.trill",
  "snapchat.com": "*.snapchat.com com.snapchat.android",
  "telegram.org":
    "*.telegram.org *.telegram.me t.me org.telegram.messenger org.telegram.messenger.web " +
    "org.telegram.plus org.thunderdog.challegram",
  "discord.com": "*.discord.com *.discordapp.com discord.gg com.discord",
  "slack.com": "*.slack.com slack-redir.net com.slack",
  "teams.microsoft.com":
    "*.teams.microsoft.com teams.live.com teams.cloud.microsoft *.teams.cdn.office.net " +
    "com.microsoft.teams",
  "bsky.app": "*.bsky.app xyz.blueskyweb.app",
  "tumblr.com": "*.tumblr.com t.umblr.com com.tumblr",
  "quora.com": "*.quora.com com.quora.android",
  "flipboard.com": "*.flipboard.com flip.it flipboard.app",
  "vk.com": "*.vk.com *.vk.ru vk.cc com.vkontakte.android",
  "ok.ru": "*.ok.ru *.odnoklassniki.ru ru.ok.android",
  "weibo.com": "*.weibo.com *.weibo.cn t.cn com.sina.weibo",
  "wechat.com": "*.wechat.com *.weixin.qq.com com.tencent.mm",
  "zhihu.com": "*.zhihu.com com.zhihu.android",
  "line.me": "*.line.me jp.naver.line.android",

  // Mail
  "mail.google.com": "gmail.com inbox.google.com com.google.android.gm com.google.android.gm.lite",
  "outlook.com":
    "*.outlook.com outlook.live.com outlook.office.com outlook.office365.com " +
    "outlook.cloud.microsoft com.microsoft.office.outlook",
  "mail.yahoo.com": "*.mail.yahoo.com com.yahoo.mobile.client.android.mail",
  "mail.aol.com": "*.mail.aol.com com.aol.mobile.aolapp",
  "mail.proton.me": "mail.protonmail.com ch.protonmail.android",
  "mail.yandex.ru": "mail.yandex.* mail.yandex.com ru.yandex.mail",
  "e.mail.ru": "light.mail.ru touch.mail.ru click.mail.ru ru.mail.mailapp",
  "gmx.net": "*.gmx.net gmx.* *.gmx.com deref-gmx.net deref-gmx.com de.gmx.mobile.android.mail",
  "web.de": "*.web.de deref-web.de deref-web-02.de de.web.mobile.android.mail",
};

/** Hosts that show pages of other sites, whose names they write into a label of their own. */
const CACHES = ["cdn.ampproject.org", "bing-amp.com", "translate.goog"] as const;

/** By the notation of the table, with the stars taken off. */
interface Families {
  readonly alone: ReadonlyMap<string, string>;
  readonly withAllBelow: ReadonlyMap<string, string>;
  readonly inCountries: ReadonlyMap<string, string>;
}

let read: Families | undefined;

/**
 * Returns the family of a referring host; the host itself if it belongs to none. Whatever stands
 * for no host, as `(other)` does, is returned as it is.
 */
export function referrerFamily(host: string): string {
  read ??= readFamilies();
  const { alone, withAllBelow, inCountries } = read;
  const exact = alone.get(host);
  if (exact !== undefined) return exact;
  for (let at = 0; at !== -1; at = nextLabel(host, at)) {
    const family = withAllBelow.get(host.slice(at));
    if (family !== undefined) return family;
  }
  const name = COUNTRY.exec(host)?.[1];
  const abroad = name === undefined ? undefined : inCountries.get(name);
  if (abroad !== undefined) return abroad;
  const shown = siteInCache(host);
  return shown === null ? host : referrerFamily(shown);
}

/** A name under a country's domain, or under one for companies there. */
const COUNTRY = /^(.+?)\.(?:com?\.)?[a-z]{2}$/;

function nextLabel(host: string, at: number): number {
  const dot = host.indexOf(".", at);
  return dot === -1 ? -1 : dot + 1;
}

/**
 * Returns the site whose page a cache shows: `en-example--site-com.cdn.ampproject.org` is
 * `en.example-site.com`. Null for other hosts, and for names that the caches have to hash or to
 * write in Punycode.
 */
function siteInCache(host: string): string | null {
  const cache = CACHES.find((one) => host.endsWith(`.${one}`));
  if (cache === undefined) return null;
  const label = host.slice(0, -1 - cache.length);
  if (label.includes(".") || label.startsWith("xn--")) return cache;
  // Enclosed where it would otherwise look like Punycode.
  const written = /^0-(.+)-0$/.exec(label)?.[1] ?? label;
  const site = written
    .replace(/^www-/, "")
    .replaceAll(/--?/g, (dashes) => (dashes === "-" ? "." : "-"));
  return site.includes(".") && isHostName(site) ? site : cache;
}

function readFamilies(): Families {
  const alone = new Map<string, string>();
  const withAllBelow = new Map<string, string>();
  const inCountries = new Map<string, string>();
  for (const [family, members] of Object.entries(FAMILIES)) {
    alone.set(family, family);
    for (const member of members.split(" ")) {
      if (member.startsWith("*.")) withAllBelow.set(member.slice(2), family);
      else if (member.endsWith(".*")) inCountries.set(member.slice(0, -2), family);
      else alone.set(member, family);
    }
  }
  return { alone, withAllBelow, inCountries };
}
