import { describe, it } from "vitest";

import { APPS, appOf } from "../../src/clicks/in-app.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID =
  "Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36";

const BROWSERS = [
  ["Instagram", `${IPHONE} Mobile/15E148 Instagram 350.0.0.26.87 (iPhone14,5; iOS 17_6; en_US)`],
  ["Instagram", `${ANDROID} Instagram 309.1.0.41.113 Android (33/13; 450dpi; samsung; SM-A536B)`],
  ["Threads", `${IPHONE} Mobile/15E148 Barcelona 289.0.0.18.109 (iPhone14,5; iOS 17_6; en_US)`],
  ["Facebook", `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/489.0.0.52.99;FBDV/iPhone15,2]`],
  ["Facebook", `${ANDROID} [FB_IAB/FB4A;FBAV/457.0.0.54.109;]`],
  ["Messenger", `${IPHONE} Mobile/15E148 [FBAN/MessengerForiOS;FBAV/439.0.0.34.110]`],
  ["Messenger", `${ANDROID} [FB_IAB/Orca-Android;FBAV/443.0.0.0.17;]`],
  ["TikTok", `${ANDROID} trill_340204 BytedanceWebview/d8a21c6`],
  ["TikTok", `${IPHONE} Mobile/15E148 musical_ly_32.5.0 JsSdk/2.0 NetType/WIFI Channel/App Store`],
  ["Snapchat", `${IPHONE} Mobile/15E148 Snapchat/12.65.0.40 (like Safari/8617.1, panda)`],
  ["LINE", `${IPHONE} Mobile/15E148 Safari Line/13.20.0`],
  ["WeChat", `${IPHONE} Mobile/15E148 MicroMessenger/8.0.50(0x18003233) NetType/WIFI Language/en`],
  ["KakaoTalk", `${ANDROID} KAKAOTALK/10.4.5 (INAPP)`],
  ["LinkedIn", `${IPHONE} Mobile/15E148 [LinkedInApp]/9.30.1234`],
  ["Pinterest", `${IPHONE} Mobile/15E148 [Pinterest/iOS]`],
  ["X", `${IPHONE} Mobile/15E148 Twitter for iPhone/10.50`],
  ["X", `${ANDROID} TwitterAndroid`],
  ["GoogleApp", `${IPHONE} GSA/329.0.667654684 Mobile/15E148 Safari/604.1`],
  [null, `${IPHONE} Version/17.6 Mobile/15E148 Safari/604.1`],
  [null, ANDROID],
  [null, "Twitterbot/1.0"],
  [null, "Pinterestbot/1.0"],
  [null, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Line"],
  [null, ""],
] as const;

describe("appOf", () => {
  it.for(BROWSERS)("finds %s in %s", ([app, userAgent], { expect }) => {
    expect(appOf(userAgent)).toBe(app);
  });

  it("knows each app by at least one name that rules accept", ({ expect }) => {
    expect(new Set(APPS).size).toBe(APPS.length);
    expect(APPS).toEqual(expect.arrayContaining(["Instagram", "Facebook", "TikTok", "WeChat"]));
  });
});
