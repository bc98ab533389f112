/** The card that apps are shown of a link, and whether search engines may index it. */

import { describe, it } from "vitest";

import { BROWSER, follow, PHONE, recordingRedirect } from "../support/following.ts";
import { insertLink, insertVariant, type LinkColumns } from "../support/link-rows.ts";

const UNFURLERS = [
  "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  "WhatsApp/2.23.20.0",
  "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
];
const [UNFURLER = ""] = UNFURLERS;
const CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const SOCIAL = JSON.stringify({
  title: 'Tom & "Jerry" <b>',
  description: "It's\non sale",
  image: "https://example.com/a b.png?x=1&y='2'",
});
const DESTINATION = "https://shop.example/secret?a=1&b=2";

const as = (userAgent: string, method = "GET") => ({
  method,
  headers: { "User-Agent": userAgent },
});

function linkWith(columns: LinkColumns = {}) {
  return insertLink({ destination_url: DESTINATION, social: SOCIAL, ...columns });
}

describe("a program that makes a preview", () => {
  it.for(UNFURLERS)("is shown the link's own card, and counted: %s", async (agent, { expect }) => {
    const { id, code } = await linkWith();
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}`, as(agent));
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("Location")).toBeNull();
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect(response.headers.get("X-Robots-Tag")).toBe("noindex");
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const title = "Tom &#38; &#34;Jerry&#34; &#60;b&#62;";
    const image = "https://example.com/a%20b.png?x=1&#38;y=%272%27";
    for (const meta of [
      `<title>${title}</title>`,
      `<meta property="og:title" content="${title}">`,
      `<meta property="og:description" content="It&#39;s\non sale">`,
      `<meta property="og:image" content="${image}">`,
      `<meta name="twitter:card" content="summary_large_image">`,
      `<meta name="twitter:title" content="${title}">`,
      `<meta name="twitter:image" content="${image}">`,
      `href="https://shop.example/secret?a=1&#38;b=2">Continue to shop.example</a>`,
    ]) {
      expect(html).toContain(meta);
    }
    // A program that follows it would show the destination's card.
    expect(html).not.toContain("http-equiv");
    const head = await follow(redirect, `/${code}`, as(agent, "HEAD"));
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(clicks).toMatchObject([
      { linkId: id, token: null, visitor: { userAgent: agent, kind: "visit" } },
      { linkId: id, visitor: { kind: "head" } },
    ]);
  });

  it("is shown a small card without a picture", async ({ expect }) => {
    const { code } = await linkWith({ social: JSON.stringify({ title: "Plain" }) });
    const response = await follow(recordingRedirect().redirect, `/${code}`, as(UNFURLER));
    const html = await response.text();
    expect(html).toContain(`<meta name="twitter:card" content="summary">`);
    expect(html).not.toContain("description");
    expect(html).not.toContain("image");
  });

  it("is redirected by a link without a card", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: DESTINATION });
    const response = await follow(recordingRedirect().redirect, `/${code}`, as(UNFURLER));
    expect(response.headers.get("Location")).toBe(DESTINATION);
  });

  it("learns what the visitor's path and query add to an open link's destination", async ({
    expect,
  }) => {
    const { code } = await linkWith({ forward_path: 1, forward_query: 1 });
    const path = `/${code}/x?c=3`;
    const response = await follow(recordingRedirect().redirect, path, as(UNFURLER));
    expect(await response.text()).toContain(
      'href="https://shop.example/secret/x?a=1&#38;b=2&#38;c=3"',
    );
  });

  it.for([
    ["has not started", { starts_at_ms: Date.now() + 3_600_000 }, 404],
    ["has ended", { ends_at_ms: 1 }, 410],
    ["has ended and leads elsewhere", { ends_at_ms: 1, expired_url: "https://e.example/" }, 302],
    ["is not active", { is_active: 0 }, 410],
    ["is archived", { archived_at_ms: 1 }, 410],
    ["is suspended", { suspended_at_ms: 1 }, 410],
  ] as const)(
    "is not shown the card of a link that %s",
    async ([, columns, status], { expect }) => {
      const { code } = await linkWith(columns);
      const { redirect, clicks } = recordingRedirect();
      const response = await follow(redirect, `/${code}`, as(UNFURLER));
      expect(response.status).toBe(status);
      expect(await response.text()).not.toContain("Jerry");
      expect(clicks).toEqual([]);
    },
  );

  it("does not learn the destination of a link with a password or a limit, and uses nothing up", async ({
    expect,
  }) => {
    for (const columns of [
      { password_hash: "$scrypt$none", password_version: 1 },
      { clicks_limit: 1, clicks_limit_since: 1 },
    ]) {
      const { code } = await linkWith(columns);
      const { redirect } = recordingRedirect();
      for (const agent of UNFURLERS) {
        const response = await follow(redirect, `/${code}`, as(agent));
        const html = await response.text();
        expect(html).toContain("Jerry");
        expect(html).not.toContain("shop.example");
        expect(html).toContain(`href="https://sign.test/${code}">Open this link</a>`);
      }
      const person = await follow(redirect, `/${code}`, as(BROWSER));
      expect(person.status).toBe("clicks_limit" in columns ? 302 : 401);
    }
  });

  it("is shown no card once the limit is used up", async ({ expect }) => {
    const { code } = await linkWith({ clicks_limit: 1, clicks_limit_since: 1 });
    const { redirect } = recordingRedirect();
    await follow(redirect, `/${code}`, as(BROWSER));
    const response = await follow(redirect, `/${code}`, as(UNFURLER));
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain("Jerry");
  });
});

describe("a link with a card", () => {
  it("redirects people and crawlers as ever", async ({ expect }) => {
    const link = await linkWith({ ab_enabled: 1, ab_sticky: 1, redirect_status: 307 });
    await insertVariant(link.id, { public_id: "v", url: "https://example.com/v", weight: 1 });
    const { redirect, clicks } = recordingRedirect();
    for (const agent of [BROWSER, PHONE, CRAWLER, "curl/8.5.0"]) {
      const response = await follow(redirect, `/${link.code}?qr=1`, as(agent));
      expect(response.status).toBe(307);
      expect(response.headers.get("Location")).toBe("https://example.com/v");
      expect(response.headers.get("Set-Cookie")).toContain("signpost_variant");
    }
    expect(clicks).toHaveLength(4);
    expect(clicks[0]).toMatchObject({ variant: "v", scan: true });
  });

  it("keeps its preview and its QR code for everybody", async ({ expect }) => {
    const { code } = await linkWith();
    const { redirect, clicks } = recordingRedirect();
    const preview = await follow(redirect, `/${code}+`, as(UNFURLER));
    expect(await preview.text()).toContain("Where this link leads");
    const picture = await follow(redirect, `/${code}/qr.svg`, as(UNFURLER));
    expect(picture.headers.get("Content-Type")).toContain("image/svg+xml");
    expect(clicks).toEqual([]);
  });
});

describe("a link that search engines may index", () => {
  it("says so with its redirect and its card, and no other link to the same address does", async ({
    expect,
  }) => {
    const open = await linkWith({ crawlable: 1 });
    const hidden = await linkWith();
    const { redirect } = recordingRedirect();
    const robotsOf = async ({ code }: { readonly code: string }, agent: string) => {
      const response = await follow(redirect, `/${code}`, as(agent));
      expect(response.headers.get("Cache-Control")).toBe("private, no-store");
      return response.headers.get("X-Robots-Tag");
    };
    for (const agent of [CRAWLER, BROWSER, ...UNFURLERS, CRAWLER]) {
      expect(await robotsOf(open, agent)).toBeNull();
      expect(await robotsOf(hidden, agent)).toBe("noindex");
    }
  });

  it("hides its preview and what has ended all the same", async ({ expect }) => {
    const { code } = await linkWith({ crawlable: 1 });
    const { code: over } = await linkWith({ crawlable: 1, ends_at_ms: 1 });
    for (const path of [`/${code}+`, `/${over}`]) {
      const response = await follow(recordingRedirect().redirect, path, as(CRAWLER));
      expect(response.headers.get("X-Robots-Tag")).toBe("noindex");
    }
  });
});
