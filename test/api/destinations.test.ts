/** Where a link may lead: the same in every API, from its creation to the redirect. */

import { describe, it } from "vitest";

import { type Account, newAccount } from "../support/account.ts";
import { follow, recordingRedirect } from "../support/following.ts";
import { newNativeClient } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";
import { newRevolinkClient } from "../support/revolink.ts";

/** Creates a link by one API, and answers with its code and what a `GET` of the native API shows. */
type Create = (account: Account, destination: string) => Promise<{ code: string; shown: unknown }>;

async function newest(account: Account) {
  const client = await newNativeClient({ account });
  const { body } = await client.call("GET", "/api/links");
  const [link] = body as unknown as readonly { shortCode: string; destinationUrl: string }[];
  return { code: link?.shortCode ?? "", shown: link?.destinationUrl };
}

const CREATES: readonly (readonly [string, Create])[] = [
  [
    "the native API",
    async (account, destinationUrl) => {
      await (await newNativeClient({ account })).link({ destinationUrl });
      return newest(account);
    },
  ],
  [
    "a change by the native API",
    async (account, destinationUrl) => {
      const client = await newNativeClient({ account });
      const { id } = await client.link();
      await client.call("PATCH", `/api/links/${id}`, { destinationUrl });
      return newest(account);
    },
  ],
  [
    "an import",
    async (account, destinationUrl) => {
      const client = await newNativeClient({ account });
      const csv = `destination_url\n"${destinationUrl}"`;
      await client.call("POST", "/api/links/import", { csv });
      return newest(account);
    },
  ],
  [
    "PVTLNK's API",
    async (account, destination_url) => {
      const params = { utm_params: { utm_source: "mail" } };
      await (await newPvtlnkClient({ account })).link({ destination_url, ...params });
      return newest(account);
    },
  ],
  [
    "PVTLNK's import",
    async (account, destination_url) => {
      const client = await newPvtlnkClient({ account });
      await client.call("POST", "/links/bulk_import", { links: [{ destination_url }] });
      return newest(account);
    },
  ],
  [
    "RevoLink's API",
    async (account, targetUrl) => {
      const client = await newRevolinkClient({ account });
      await client.link({ rules: [{ targetUrl, isDefault: true }] });
      return newest(account);
    },
  ],
];

const APPS = [
  "tel:+15551234567",
  "sms:+15551234567?body=Hi%20there",
  "mailto:info@example.com?subject=Hello%20world&body=a+b",
  "myapp://open?x=1#y",
  "geo:48.85,2.35?z=12",
  "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
  "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
] as const;
const LONG = `https://example.com/?q=${"x".repeat(7_900)}`;

describe.for(CREATES)("a link made by %s", ([, create]) => {
  it("may open an app, to which nothing is added", async ({ expect }) => {
    const account = await newAccount();
    for (const destination of APPS) {
      const { code, shown } = await create(account, destination);
      expect(shown).toBe(destination);
      const { redirect } = recordingRedirect();
      const response = await follow(redirect, `/${code}?fbclid=x`);
      expect([response.status, response.headers.get("Location")]).toEqual([302, destination]);
      const preview = await follow(redirect, `/${code}+`);
      expect(await preview.text()).toContain(`href="${destination.replaceAll("&", "&#38;")}"`);
      const picture = await follow(redirect, `/${code}/qr.svg`);
      expect(picture.headers.get("Content-Type")).toContain("image/svg+xml");
    }
  });

  it("may have a destination of thousands of characters", async ({ expect }) => {
    const { code, shown } = await create(await newAccount(), LONG);
    expect(shown).toBe(LONG);
    const response = await follow(recordingRedirect().redirect, `/${code}`);
    expect(response.headers.get("Location")).toContain(LONG);
  });
});
