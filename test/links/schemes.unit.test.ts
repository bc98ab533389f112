import fc from "fast-check";
import { describe, it } from "vitest";

import { hostsNamedIn, parseDestination } from "../../src/links/destination.ts";

const asked: string[] = [];
const isOwnHost = (hostname: string) => {
  asked.push(hostname);
  return hostname === "sign.test";
};
const deep = { isOwnHost };
const PAGE = "S.browser_fallback_url=https%3A%2F%2Fexample.com";

/** What was accepted once and harms whoever opens it, and others of the same kinds. */
const REFUSED = [
  "ms-appinstaller:?source=https://evil.example/x.appx",
  "search-ms:query=x&crumb=location:\\\\evil.example\\share",
  "search:query=x",
  "ms-officecmd:%7B%22id%22:3%7D",
  "ms-word:ofe|u|https://evil.example/x.docx",
  "ms-msdt:/id PCWDiagnostic",
  "ms-settings:privacy",
  "ms-cxh-full://0",
  "itms-services://?action=download-manifest&url=https://evil.example/m.plist",
  "microsoft-edge:https://evil.example",
  "microsoft-edge-https://evil.example",
  "x-safari-https://evil.example",
  "x-safari-http://evil.example",
  "googlechrome://evil.example",
  "googlechromes://evil.example",
  "googlechrome-x-callback://x-callback-url/open/?url=https%3A%2F%2Fevil.example",
  "touch-https://evil.example",
  "ohttps://evil.example",
  "ie.http://evil.example",
  "firefox://open-url?url=javascript:alert(1)",
  "firefox-focus://open-url?url=https://evil.example",
  "brave://open-url?url=https%3A%2F%2Fevil.example",
  "android-app://com.example/https/evil.example",
  "feed:javascript:alert(1)",
  "feed://evil.example/feed.xml",
  "smb://evil.example/share",
  "cifs://evil.example/share",
  "shell:startup",
  "shell://startup",
  "mhtml:https://evil.example/x.mht",
  "mhtml://evil.example",
  "mk:@MSITStore:x.chm",
  "res://ieframe.dll/x.htm",
  "livescript:alert(1)",
  "livescript://x",
  "mocha:alert(1)",
  "applescript://com.apple.scripteditor?action=new",
  "help:runscript=x",
  "x-man-page://ls",
  "shortcuts://run-shortcut?name=x",
  "chrome-extension://abcdef/page.html",
  "moz-extension://abcdef/page.html",
  "safari-web-extension://abcdef/page.html",
  "chrome://settings",
  "chrome-untrusted://x",
  "edge:settings",
  "edge://settings",
  "devtools://devtools/bundled/inspector.html",
  "opera://settings",
  "vscode://file/etc/passwd",
  "teamviewer10://x/ --play \\\\evil.example\\share",
  "ssh://-oProxyCommand=x/",
  "anydesk://123456789",
  "rustdesk://connection/new/123456789",
  "txmt://open?url=file:///etc/passwd",
  "zed://file/etc/passwd",
  "onenote-cmd://quicknote?onOpen=typing",
  "ucweb://evil.example",
  "ldap://evil.example/x",
  "jnlp://evil.example/x.jnlp",
  "vnd.ms.radio:x",
  "view-source:https://evil.example",
  "javascript:alert(1)",
  "javascript://example.com/%0aalert(1)",
  "vbscript:x",
  "data:text/html,<script>alert(1)</script>",
  "file:///etc/passwd",
  "filesystem:https://example.com/temporary/x",
  "blob:https://example.com/x",
  "about:blank",
  "content://com.android.contacts/x",
  "jar:https://example.com!/x",
  "ws://example.com",
  "wss://example.com",
  "ftp://example.com/x",
] as const;

/** What people open with links. */
const ACCEPTED = [
  "myapp://open/item?id=1",
  "youtube://watch?v=1",
  "vnd.youtube:dQw4w9WgXcQ",
  "vnd.youtube://dQw4w9WgXcQ",
  "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
  "spotify://track/4uLU6hMCjMI75M1A2tKUQC",
  "whatsapp://send?phone=15551234&text=hi",
  "tg://resolve?domain=signpost",
  "tg:resolve?domain=signpost",
  "sgnl://signal.me/#p/+15551234",
  "viber://chat?number=15551234",
  "skype:echo123?call",
  "slack://channel?team=T1&id=C1",
  "discord://-/channels/1/2",
  "zoommtg://zoom.us/join?confno=1",
  "zoomus://zoom.us/join?confno=1",
  "msteams:/l/meetup-join/1",
  "fb://profile/1",
  "fb-messenger://user-thread/1",
  "instagram://user?username=signpost",
  "twitter://user?screen_name=signpost",
  "snssdk1233://user/profile/1",
  "linkedin://in/signpost",
  "comgooglemaps://?q=Kyiv",
  "waze://?ll=50.45,30.52&navigate=yes",
  "maps:?q=Kyiv",
  "maps://?q=Kyiv",
  "geo:50.45,30.52?q=Kyiv",
  "market://details?id=com.example",
  "itms-apps://itunes.apple.com/app/id1",
  "mailto:a@example.com?subject=Hi",
  "tel:+15551234",
  "sms:+15551234?body=Hi",
  "smsto:+15551234",
  "facetime:a@example.com",
  "facetime-audio:+15551234",
  "sip:a@example.com",
  "xmpp:a@example.com",
  "webcal://example.com/calendar.ics",
  "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
  "https://example.com",
] as const;

const INTENTS = [
  [`intent://scan/#Intent;scheme=zxing;package=com.example;${PAGE};end`, null],
  [`intent://scan/#Intent;scheme=zxing;${PAGE};S.extra=a%3Bb;i.count=5;B.on=true;end;`, null],
  [`intent:#Intent;action=com.example.OPEN;category=a;category=b;${PAGE};end`, null],
  [`intent://example.com/x#Intent;scheme=https;package=com.example;${PAGE};end`, null],
  [`intent:+15551234#Intent;scheme=tel;${PAGE};end`, null],
  ["intent://x#Intent;scheme=app;end", "intent_malformed"],
  ["intent://x", "intent_malformed"],
  ["intent:javascript:alert(1)", "intent_malformed"],
  [`intent://x#Intent;${PAGE}`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};${PAGE};end`, "intent_malformed"],
  [
    `intent://x#Intent;${PAGE};S.browser%5Ffallback_url=javascript%3Aalert(1);end`,
    "intent_malformed",
  ],
  [
    `intent://x#Intent;${PAGE};%53.browser_fallback_url=javascript%3Aalert(1);end`,
    "intent_malformed",
  ],
  [`intent://x#Intent;${PAGE};i.browser_fallback_url=1;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};endless=1;S.x=1;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};end;S.browser_fallback_url=javascript%3A1;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};SEL;component=com.example/.Hidden;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};component=com.example/.Hidden;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};scheme=app;scheme=javascript;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};scheme=javascript%3Aalert(1)%2F%2F;end`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};end#Intent;scheme=javascript;end`, "intent_malformed"],
  [`intent://x#Intent;S.browser_fallback_url=%zz;end`, "intent_malformed"],
  [`intent://x#action(x)extras(S.browser_fallback_url=javascript:1)`, "intent_malformed"],
  [`intent://x#Intent;${PAGE};scheme=javascript;end`, "scheme_refused"],
  [`intent://x#Intent;${PAGE};scheme=java%73cript;end`, "scheme_refused"],
  [`intent://x#Intent;${PAGE};scheme=FILE;end`, "scheme_refused"],
  [`intent://x#Intent;${PAGE};scheme=content;end`, "scheme_refused"],
  [`intent:javascript:alert(1)#Intent;${PAGE};end`, "scheme_refused"],
  [`intent:file:///etc/passwd#Intent;${PAGE};end`, "scheme_refused"],
  [`intent://x#Intent;${PAGE};scheme=intent;end`, "intent_malformed"],
  [`intent://sign.test/x#Intent;${PAGE};scheme=https;end`, "own_host"],
  ["intent://x#Intent;S.browser_fallback_url=javascript%3Aalert(1);end", "scheme_refused"],
  ["intent://x#Intent;S.browser_fallback_url=myapp%3A%2F%2Fx;end", "scheme_refused"],
  ["intent://x#Intent;S.browser_fallback_url=https%3A%2F%2Fsign.test%2Fx;end", "own_host"],
  ["intent://x#Intent;S.browser_fallback_url=https%3A%2F%2Fa%40sign.test%2Fx;end", "credentials"],
] as const;

describe("the scheme of a deep link", () => {
  for (const text of REFUSED) {
    it(`is refused in ${text}`, ({ expect }) => {
      const scheme = text.slice(0, text.indexOf(":"));
      expect(parseDestination(text, deep)).toEqual({
        ok: false,
        error: { problem: "scheme_refused", scheme },
      });
    });
  }

  for (const text of ACCEPTED) {
    it(`is accepted in ${text}`, ({ expect }) => {
      expect(parseDestination(text, deep)).toMatchObject({ ok: true, value: { text } });
    });
  }

  it("needs two slashes unless it is known without", ({ expect }) => {
    for (const text of ["myapp:open", "myapp:/open", "wtai:wp/mc;1"]) {
      const scheme = text.slice(0, text.indexOf(":"));
      const error = { problem: "scheme_opaque", scheme };
      expect(parseDestination(text, deep)).toEqual({ ok: false, error });
    }
  });

  it("is not read past a name and a password", ({ expect }) => {
    expect(parseDestination("myapp://user@host/", deep).ok).toBe(false);
  });
});

describe("an intent", () => {
  for (const [text, problem] of INTENTS) {
    it(`${problem ?? "is accepted"}: ${text}`, ({ expect }) => {
      const parsed = parseDestination(text, deep);
      expect(parsed.ok ? null : parsed.error.problem).toBe(problem);
    });
  }
});

const schemeOf = (text: string) => text.slice(0, text.indexOf(":"));
const dangerous = fc.constantFrom(...REFUSED, ...REFUSED.map((text) => `${schemeOf(text)}://x`));

/** Writes some letters in the other case. */
function inAnyCase(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) =>
      Array.from(text, (char, at) => (upper[at] === true ? char.toUpperCase() : char)).join(""),
    );
}

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: "аａ",
  c: "сｃ",
  e: "еｅ",
  i: "іⅰ",
  j: "јｊ",
  o: "оｏ",
  p: "рｐ",
  s: "ѕſｓ",
  ":": "：﹕",
};

describe("a refused scheme in disguise", () => {
  const disguised = dangerous.chain((text) => {
    const scheme = schemeOf(text);
    return fc
      .record({
        before: fc.constantFrom(
          "",
          " ",
          "\t",
          "\n",
          "\u0000",
          "\u00a0",
          "\ufeff",
          "\u200b",
          "//",
          "/",
        ),
        cased: inAnyCase(scheme),
        at: fc.nat(scheme.length),
        inside: fc.constantFrom("", "\t", "\r\n", " ", "\u00ad", "\u200d", "%", "\\"),
        how: fc.constantFrom("plain", "percent", "look-alike", "entity"),
      })
      .map(({ before, cased, at, inside, how }) => {
        const char = cased[at] ?? ":";
        const codes = char.charCodeAt(0).toString(16);
        const likes = LOOK_ALIKES[char.toLowerCase()] ?? char;
        const drawn = {
          plain: char,
          percent: `%${codes}`,
          "look-alike": likes.at(-1),
          entity: `&#x${codes};`,
        }[how];
        return `${before}${cased.slice(0, at)}${inside}${drawn}${`${cased}:`.slice(at + 1)}${text.slice(scheme.length + 1)}`;
      });
  });

  it("never becomes an address with that scheme", ({ expect }) => {
    fc.assert(
      fc.property(disguised, (text) => {
        const parsed = parseDestination(text, deep);
        if (!parsed.ok) return;
        // What is left is another scheme, which no browser takes for the refused one.
        const { protocol } = new URL(parsed.value.href);
        const again = parseDestination(parsed.value.href, deep);
        expect(again.ok, text).toBe(true);
        expect(REFUSED.map(schemeOf)).not.toContain(protocol.slice(0, -1).toLowerCase());
      }),
      { numRuns: 5_000 },
    );
  });

  it("never gets through an intent, as its target or its fallback", ({ expect }) => {
    const encoded = (text: string) =>
      fc
        .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
        .map((every) =>
          Array.from(text, (char, at) =>
            every[at] === true && char.charCodeAt(0) < 128
              ? `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`
              : encodeURIComponent(char),
          ).join(""),
        );
    const scheme = dangerous.map(schemeOf).chain(inAnyCase);
    const hidden = fc.oneof(
      scheme.chain(encoded).map((it) => `intent://x#Intent;scheme=${it};${PAGE};end`),
      scheme.map((it) => `intent:${it}:x#Intent;${PAGE};end`),
      fc
        .tuple(
          encoded("S.browser_fallback_url"),
          scheme.chain((it) => encoded(`${it}:x`)),
        )
        .map(([key, it]) => `intent://x#Intent;${key}=${it};end`),
      fc
        .tuple(
          encoded("S.browser_fallback_url"),
          scheme.chain((it) => encoded(`${it}:x`)),
        )
        .map(([key, it]) => `intent://x#Intent;${PAGE};${key}=${it};end`),
    );
    fc.assert(
      fc.property(hidden, (text) => {
        expect(parseDestination(text, deep).ok, text).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  it("leaves no text that is read in another way the second time", ({ expect }) => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((rest) => `intent:${rest}`),
        ),
        (any) => {
          const parsed = parseDestination(any, deep);
          if (!parsed.ok) return;
          const { text: kept, href } = parsed.value;
          expect(new URL(kept).href).toBe(href);
          expect(parseDestination(href, deep)).toMatchObject({ ok: true, value: { href } });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("the hosts named in addresses", () => {
  it("are those that are asked about, in fallbacks and targets of intents too", ({ expect }) => {
    const texts = [
      "https://One.example./x",
      `intent://two.example/x#Intent;scheme=https;S.browser_fallback_url=http%3A%2F%2Fthree.example;end`,
      "myapp://four.example",
      "not a url",
    ];
    expect(hostsNamedIn(texts)).toEqual(["one.example", "three.example", "two.example"]);
    asked.length = 0;
    for (const text of texts) parseDestination(text, deep);
    expect([...new Set(asked)]).toEqual(hostsNamedIn(texts));
  });
});
