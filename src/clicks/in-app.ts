/**
 * Recognises the browsers that apps open links in. They matter because logins, downloads and app
 * stores often do not work in them.
 */

/** Tokens that apps add to the user agents of their own browsers. */
const TOKENS = {
  Instagram: /\bInstagram \d/,
  Threads: /\bBarcelona \d/,
  Messenger: /\bFBAN\/Messenger|\bFB_IAB\/(?:MESSENGER|Orca)|\bMessengerForiOS\b/,
  Facebook: /\bFBA[NV]\/|\bFB_IAB\//,
  TikTok: /\btrill_\d|\bmusical_ly_|\bmusically_|\bBytedanceWebview\/|\bTikTok\b/i,
  Snapchat: /\bSnapchat\//,
  LINE: /\bLine\/\d/,
  WeChat: /\bMicroMessenger\//,
  QQ: /\bQQ\/\d/,
  Weibo: /\bWeibo\b|__weibo__/,
  KakaoTalk: /\bKAKAOTALK\b/,
  LinkedIn: /\bLinkedInApp\b/,
  Pinterest: /\bPinterest\/|\[Pinterest\//,
  X: /\bTwitter for |\bTwitterAndroid\b/,
  Reddit: /\bReddit\//,
  Telegram: /\bTelegram-Android\//,
  GoogleApp: /\bGSA\/\d/,
} as const satisfies Readonly<Record<string, RegExp>>;

export type App = keyof typeof TOKENS;

export const APPS = Object.keys(TOKENS) as readonly App[];

/** Whether there is any app to find, in one pass, since most visitors use a browser of their own. */
const ANY = new RegExp(
  Object.values(TOKENS)
    .map(({ source }) => source)
    .join("|"),
  "i",
);

/**
 * Returns the app whose own browser sends a user agent, or null for any other browser. Apps that
 * open links in the system's browser (WhatsApp, Gmail, Signal) cannot be told from it.
 */
export function appOf(userAgent: string): App | null {
  if (!ANY.test(userAgent)) return null;
  return APPS.find((app) => TOKENS[app].test(userAgent)) ?? null;
}
