import { describe, it } from "vitest";

import { classify } from "../../src/clicks/classify.ts";
import { agentOf, readAgent } from "../../src/clicks/user-agent.ts";

const AGENTS = [
  [
    "Chrome on Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    { device: "desktop", browser: "Chrome", os: "Windows" },
  ],
  [
    "Edge on Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    { device: "desktop", browser: "Edge", os: "Windows" },
  ],
  [
    "Safari on a Mac",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    { device: "desktop", browser: "Safari", os: "macOS" },
  ],
  [
    "Safari on an iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    { device: "mobile", browser: "Safari", os: "iOS" },
  ],
  [
    "Chrome on an iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1",
    { device: "mobile", browser: "Chrome", os: "iOS" },
  ],
  [
    "Firefox on an iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15",
    { device: "mobile", browser: "Firefox", os: "iOS" },
  ],
  [
    "Safari on an iPad",
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
    { device: "tablet", browser: "Safari", os: "iOS" },
  ],
  [
    "Chrome on Android",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    { device: "mobile", browser: "Chrome", os: "Android" },
  ],
  [
    "Firefox on Android",
    "Mozilla/5.0 (Android 14; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
    { device: "mobile", browser: "Firefox", os: "Android" },
  ],
  [
    "an Android web view",
    "Mozilla/5.0 (Linux; Android 13; SM-S901B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36",
    { device: "mobile", browser: "Chrome", os: "Android" },
  ],
  [
    "Firefox on Ubuntu",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    { device: "desktop", browser: "Firefox", os: "Linux" },
  ],
  [
    "Chrome on a Chromebook",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    { device: "desktop", browser: "Chrome", os: "Linux" },
  ],
  [
    "Opera on Linux",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/124.0.0.0",
    { device: "desktop", browser: "Opera", os: "Linux" },
  ],
  [
    "Opera Mini",
    "Opera/9.80 (Android; Opera Mini/7.5.33361/31.1448; U; en) Presto/2.8.119 Version/11.1010",
    { device: "mobile", browser: "Opera", os: "Android" },
  ],
  [
    "Brave where it says so",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Brave Chrome/89.0.4389.105 Safari/537.36",
    { device: "desktop", browser: "Brave", os: "macOS" },
  ],
  [
    "a games console",
    "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15",
    { device: "console", browser: "Safari", os: "PlayStation" },
  ],
  [
    "a television",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/76.0.3809.146 TV Safari/537.36",
    { device: "smarttv", browser: "Samsung Internet", os: "Tizen" },
  ],
  [
    "Chrome on an iPad that asks for desktop pages",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_5) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/87 Version/11.1.1 Safari/605.1.15",
    { device: "tablet", browser: "Chrome", os: "iOS" },
  ],
  [
    "Firefox on an iPad that asks for desktop pages",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Safari/605.1.15",
    { device: "tablet", browser: "Firefox", os: "iOS" },
  ],
  [
    "Edge on an iPad that asks for desktop pages",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 EdgiOS/120.0.2210.126 Safari/605.1.15",
    { device: "tablet", browser: "Edge", os: "iOS" },
  ],
  [
    "a Huawei phone that runs Android's apps",
    "Mozilla/5.0 (Linux; Android 10; HarmonyOS; ABC-AL10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.105 HuaweiBrowser/12.0.3.310 Mobile Safari/537.36",
    { device: "mobile", browser: "Huawei Browser", os: "Android" },
  ],
  [
    "a phone of OpenHarmony that poses as Android",
    "Mozilla/5.0 (Phone; OpenHarmony 6.0; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile",
    { device: "mobile", browser: "Chrome", os: "Android" },
  ],
  [
    "a phone of OpenHarmony",
    "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile",
    { device: "mobile", browser: "Chrome", os: "HarmonyOS" },
  ],
  [
    "Opera Mini on a feature phone",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10",
    { device: "mobile", browser: "Opera", os: "" },
  ],
  [
    "Opera Mini on an iPhone",
    "Opera/9.80 (iPhone; Opera Mini/7.0.4/28.2555; U; fr) Presto/2.8.119 Version/11.10",
    { device: "mobile", browser: "Opera", os: "iOS" },
  ],
  [
    "Facebook's app on Android by its name alone",
    "[FBAN/FB4A;FBAV/222.0.0.48.113;FBDM/{density=2.0};FBLC/en_US;FBDV/SM-A105F;FBSV/10;]",
    { device: "mobile", browser: "Facebook", os: "Android" },
  ],
  [
    "a television with Google's stick",
    "Mozilla/5.0 (Linux; Android 10; Chromecast Build/QTS2.200918.0337; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/88.0.4324.152 Mobile Safari/537.36",
    { device: "smarttv", browser: "Chrome", os: "Android" },
  ],
  [
    "a watch",
    "Mozilla/5.0 (Apple Watch; CPU Watch OS 9_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1",
    { device: "wearable", browser: "Safari", os: "watchOS" },
  ],
  ["no user agent", "", { device: "desktop", browser: "", os: "" }],
] as const;

describe("agentOf", () => {
  it.for(AGENTS)("reads %s", ([, userAgent, agent], { expect }) => {
    expect(agentOf(userAgent)).toEqual(agent);
  });

  it("keeps its answers when its cache has turned over", ({ expect }) => {
    const [[, first]] = AGENTS;
    const before = agentOf(first);
    for (let n = 0; n < 5_000; n++) agentOf(`Agent/${n}`);
    expect(agentOf(first)).toEqual(before);
  });
});

describe("readAgent", () => {
  const HINTS = "Brave;Windows;0";
  const TEXTS = [
    ...AGENTS.map(([, userAgent]) => userAgent),
    "curl/8.14.1",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.24.20.89 A",
    "   ",
    `Mozilla/5.0 ${"x".repeat(500)}`,
    `Googlebot/2.1 ${"x".repeat(498)}`,
  ];

  it("returns the same as classify and agentOf, both uncached and cached", ({ expect }) => {
    for (let round = 0; round < 2; round++) {
      for (const userAgent of TEXTS) {
        for (const kind of ["head", "visit", "prefetch"] as const) {
          for (const hints of [null, HINTS]) {
            expect(readAgent({ kind, userAgent, hints })).toEqual({
              class: classify(kind, userAgent),
              ...agentOf(userAgent, hints),
            });
          }
        }
      }
    }
  });

  it("keeps its answers when its cache has turned over", ({ expect }) => {
    const read = () =>
      TEXTS.map((userAgent) => readAgent({ kind: "visit", userAgent, hints: null }));
    const before = read();
    for (let n = 0; n < 5_000; n++) {
      readAgent({ kind: "visit", userAgent: `Agent/${n}`, hints: null });
    }
    expect(read()).toEqual(before);
  });
});
