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
  [
    "human",
    "Mozilla/5.0 (Linux; Android 10; MI 8 Build/QKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.62 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/7.0.13.1640 Process/tools NetType/4G WeChat/arm64",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; Android 13; 22081212C Build/TKQ1.220829.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MMWEBID/77 MicroMessenger/8.0.50.2701 Process/toolsmp WeChat/arm64",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; U; Android 12; zh-CN; V2055A Build/SP1A.210812.003) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/69.0.3497.100 UWS/3.22.2.9999 Mobile Safari/537.36 Nebula AlipayDefined(nt:WIFI,ws:360|0|3.0) AliApp(AP/10.2.96.8000) AlipayClient/10.2.96.8000 Language/zh-Hans",
  ],
  [
    "human",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20B82 AlipayDefined(nt:4G,ws:390|780|3.0) AliApp(AP/10.3.0) AlipayClient/10.3.0 Language/zh-Hans",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; Android 7.0; M bot 60 Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.99 Mobile Safari/537.36",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; U; Android 7.0; en-us; M bot 60) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Mobile Safari/537.36",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; Android 8.1.0; Discovery II Build/O11019) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0.4758.101 Mobile Safari/537.36",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; Android 11; M2007J3SC; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/83.0.4103.106 Mobile Safari/537.36 SogouMobileBrowser/6.2.4",
  ],
  [
    "human",
    "Mozilla/5.0 (Linux; Android 9; Redmi Note 8 Build/PKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/74.0.3729.136 Mobile Safari/537.36 SogouSearch Android1.0 version3.0 AppVersion/7550",
  ],
  ["human", `${CHROME} | TabID: 4`],
  ["bot", "BackgroundShortcutRunner/1146 CFNetwork/1408.0.4 Darwin/22.5.0"],
  ["bot", "com.apple.WebKit.Networking/8614.1.25.0.31 CFNetwork/1390 Darwin/22.0.0"],
  ["bot", "Dalvik/2.1.0 (Linux; U; Android 11; SM-G960F Build/R16NW)"],
  ["bot", "Dart/3.4 (dart:io)"],
  ["bot", "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1"],
  ["bot", "Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.0"],
  ["bot", "Mozilla/5.0 (compatible; Symantec ClickTime)"],
  ["bot", "virustotalcloud"],
  // What a browser is called by its maker excuses nothing that a program says of itself.
  [
    "bot",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.96 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  ],
  [
    "bot",
    "Mozilla/5.0 (Linux; Android 8.0; Pixel 2 Build/OPD3.170816.012; Storebot-Google/1.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/81.0.4044.138 Mobile Safari/537.36",
  ],
  [
    "bot",
    "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
  ],
  ["bot", "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)"],
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
