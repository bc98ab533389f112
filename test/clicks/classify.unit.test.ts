import { describe, it } from "vitest";

import { classify } from "../../src/clicks/classify.ts";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

const VISITS = [
  ["human", CHROME],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/489.0.0.52.99;FBDV/iPhone15,2;FBMD/iPhone]",
  ],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 350.0.0.26.87 (iPhone14,5; iOS 17_6; en_US)",
  ],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.30.1234",
  ],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
  ],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Twitter for iPhone/10.50",
  ],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/329.0.667654684 Mobile/15E148 Safari/604.1",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36 trill_340204 BytedanceWebview/d8a21c6",
  ],
  ["human", "BackgroundShortcutRunner/1146 CFNetwork/1408.0.4 Darwin/22.5.0"],
  ["bot", ""],
  ["bot", "   "],
  ["bot", "curl/8.14.1"],
  ["bot", "python-requests/2.32.3"],
  ["bot", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"],
  ["bot", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"],
  [
    "bot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
  ],
  ["bot", "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"],
  ["unfurler", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"],
  ["unfurler", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"],
  [
    "unfurler",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
  ],
  ["unfurler", "Twitterbot/1.0"],
  ["unfurler", "WhatsApp/2.24.20.89 A"],
  ["unfurler", "TelegramBot (like TwitterBot)"],
  ["unfurler", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"],
  [
    "unfurler",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
  ],
  [
    "unfurler",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
  ],
  ["unfurler", "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)"],
  ["unfurler", "Slackbot 1.0 (+https://api.slack.com/robots)"],
  ["unfurler", "Synapse (bot; +https://github.com/matrix-org/synapse)"],
  ["bot", "Pinterest/0.2 (+https://www.pinterest.com/bot.html)"],
  ["unfurler", "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)"],
] as const;

describe("classify", () => {
  it.for(VISITS)("takes a visit as %s: %s", ([expected, userAgent], { expect }) => {
    expect(classify("visit", userAgent)).toBe(expected);
  });

  it("lets what the request says outrank its user agent", ({ expect }) => {
    expect(classify("head", CHROME)).toBe("head");
    expect(classify("head", "curl/8.14.1")).toBe("head");
    expect(classify("prefetch", CHROME)).toBe("prefetch");
  });
});
