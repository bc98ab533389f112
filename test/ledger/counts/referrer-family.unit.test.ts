import fc from "fast-check";
import { describe, it } from "vitest";

import { referrerHost } from "../../../src/clicks/referrer.ts";
import { boundClick, OTHER } from "../../../src/ledger/counts/bounds.ts";
import { FAMILIES, referrerFamily } from "../../../src/ledger/counts/referrer-family.ts";
import { click } from "../sample-clicks.ts";

const MEMBERS = Object.entries(FAMILIES).flatMap(([family, members]) =>
  members.split(" ").map((member) => ({ family, member })),
);
/** A host for each row of the table, a star replaced by what it stands for. */
const HOSTS = MEMBERS.map(({ family, member }) => ({
  family,
  host: member.replace(/^\*\./, "l.").replace(/\.\*$/, ".co.uk"),
}));

describe("the family of a referrer", () => {
  it.for([
    // One host.
    ["https://t.co/abc", "x.com"],
    ["https://lnkd.in/x", "linkedin.com"],
    ["https://youtu.be/x", "youtube.com"],
    ["https://a.t.co/", "a.t.co"],
    // A host and all below.
    ["https://l.facebook.com/l.php?u=x", "facebook.com"],
    ["https://lm.facebook.com/", "facebook.com"],
    ["https://m.facebook.com/", "facebook.com"],
    ["https://www.facebook.com/groups/1", "facebook.com"],
    ["https://de-de.facebook.com./", "facebook.com"],
    ["https://mobile.twitter.com/", "x.com"],
    ["https://nam01.safelinks.protection.outlook.com/", "outlook.com"],
    ["https://de.search.yahoo.com/", "search.yahoo.com"],
    // A name under the domains of countries.
    ["https://www.google.de/", "google.com"],
    ["https://www.google.co.uk/", "google.com"],
    ["https://images.google.com.br/", "google.com"],
    ["https://www.pinterest.co.uk/", "pinterest.com"],
    ["https://yandex.com.tr/", "yandex.ru"],
    // Android apps.
    ["android-app://com.linkedin.android", "linkedin.com"],
    ["android-app://com.Slack/", "slack.com"],
    ["android-app://com.google.android.googlequicksearchbox/https/www.google.com", "google.com"],
    ["android-app://com.google.android.gm", "mail.google.com"],
    ["android-app://com.example.reader", "com.example.reader"],
    // A service of its own below another's host.
    ["https://mail.google.com/", "mail.google.com"],
    ["https://docs.google.com/", "docs.google.com"],
    ["https://news.google.de/", "news.google.com"],
    // Caches of other sites.
    ["https://www-example-com.cdn.ampproject.org/c/s/x", "example.com"],
    ["https://en-example--site-co-uk.cdn.ampproject.org/", "en.example-site.co.uk"],
    ["https://0-en--us-example-com-0.cdn.ampproject.org/", "en-us.example.com"],
    ["https://amp-reddit-com.cdn.ampproject.org/", "reddit.com"],
    ["https://www-example-com.bing-amp.com/", "example.com"],
    ["https://de-wikipedia-org.translate.goog/wiki/X", "de.wikipedia.org"],
    ["https://cdn.ampproject.org/c/s/example.com", "cdn.ampproject.org"],
    ["https://xn--4oqk08b-com.cdn.ampproject.org/", "cdn.ampproject.org"],
    ["https://uh7m3kqx2yzb.cdn.ampproject.org/", "cdn.ampproject.org"],
    ["https://-a-.cdn.ampproject.org/", "cdn.ampproject.org"],
    // None.
    ["https://notfacebook.com/", "notfacebook.com"],
    ["https://facebook.com.evil.example/", "facebook.com.evil.example"],
    ["https://google.evil.example/", "google.evil.example"],
    ["https://google.co.uk.example/", "google.co.uk.example"],
    ["https://[2001:db8::1]/", "[2001:db8::1]"],
    ["https://constructor/", "constructor"],
  ] as const)("of %s is %s", ([referer, family], { expect }) => {
    expect(referrerFamily(referrerHost(referer) ?? "")).toBe(family);
  });

  it.for(["", OTHER])("leaves %o, which is no host, as it is", (value, { expect }) => {
    expect(referrerFamily(value)).toBe(value);
  });

  it("is that of the row which names a host, for each row", ({ expect }) => {
    for (const { family, host } of HOSTS)
      expect([host, referrerFamily(host)]).toEqual([host, family]);
  });

  it("is named by one row only, in the form in which hosts are counted", ({ expect }) => {
    const names = MEMBERS.map(({ member }) => member);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    for (const { host } of HOSTS) expect(referrerHost(`https://${host}/`)).toBe(host);
  });

  it("of a family is the family itself, and is a host no longer than the bound", ({ expect }) => {
    const label = fc.oneof(
      fc.constantFrom("www", "l", "google", "co", "com", "de", "cdn", "ampproject", "org", "xn--a"),
      fc.constantFrom("translate", "goog", "a-b-com", "0-a--b-com-0", "t-co", "www-google-de"),
      fc.stringMatching(/^[a-z0-9_-]{1,12}$/),
    );
    const host = fc.oneof(
      fc.array(label, { minLength: 1, maxLength: 30 }).map((labels) => labels.join(".")),
      fc
        .tuple(label, fc.constantFrom(...HOSTS.map((one) => one.host)))
        .map((parts) => parts.join(".")),
      fc
        .tuple(label, fc.constantFrom("cdn.ampproject.org", "translate.goog"))
        .map((parts) => parts.join(".")),
      fc.string({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(host, (sent) => {
        const { referrer } = boundClick(click({ referrer: sent }));
        const family = referrerFamily(referrer ?? "");
        expect(referrerFamily(family)).toBe(family);
        // What is counted under it would be let in as a host too.
        const again = boundClick(click({ referrer: family })).referrer ?? "";
        expect(again).toBe(family);
      }),
      { numRuns: 2_000 },
    );
  });
});
