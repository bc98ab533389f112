/** PVTLNK's page, "Error Responses": all that is wrong with a link, at once and in its words. */

import { describe, it } from "vitest";

import { newCode } from "../../../support/native.ts";
import { newCollection, newPvtlnkClient } from "../../../support/pvtlnk.ts";

interface Wrong {
  readonly link: Record<string, unknown>;
  readonly password?: unknown;
  readonly errors: readonly string[];
}

const CODE_INVALID =
  "Short code is invalid: send 1 to 100 letters, digits, hyphens and underscores";
const timeInvalid = (field: string) =>
  `${field} is invalid: send an ISO 8601 date and time, such as 2026-04-01T00:00:00Z`;

/** Faults of a new link, whose destination is valid unless the case has one. */
const WRONG: Readonly<Record<string, Wrong>> = {
  "no destination": {
    link: { destination_url: undefined },
    errors: ["Destination url can't be blank"],
  },
  "an empty destination": {
    link: { destination_url: "  " },
    errors: ["Destination url can't be blank"],
  },
  "a number for a destination": {
    link: { destination_url: 7 },
    errors: ["Destination url is invalid"],
  },
  "a destination that is no URL": {
    link: { destination_url: "not a url" },
    errors: ["Destination url is not a valid URL"],
  },
  "a destination that runs code": {
    link: { destination_url: "javascript:alert(1)" },
    errors: [
      "Destination url must be a URL of the web or of an app: the scheme javascript: is not allowed, so send an address that begins with https://, or the app's own",
    ],
  },
  "a destination of our own": {
    link: { destination_url: "https://sign.test/abc" },
    errors: ["Destination url must lead elsewhere: this host serves short links itself"],
  },
  "a long destination": {
    link: { destination_url: `https://example.com/${"x".repeat(8_000)}` },
    errors: ["Destination url is too long (maximum is 8000 characters)"],
  },
  "a code of other characters": { link: { short_code: "a b" }, errors: [CODE_INVALID] },
  "a word of our own": { link: { short_code: "api" }, errors: ["Short code is reserved"] },
  "a long title": {
    link: { title: "x".repeat(256) },
    errors: ["Title is too long (maximum is 255 characters)"],
  },
  "a title with control characters": {
    link: { title: "a\u0000b" },
    errors: ["Title is invalid"],
  },
  "a long description": {
    link: { description: "x".repeat(1_001) },
    errors: ["Description is too long (maximum is 1000 characters)"],
  },
  "tags in one text": { link: { tags: "a,b" }, errors: ["Tags must be a list of names"] },
  "a word for a flag": { link: { active: "yes" }, errors: ["Active must be true or false"] },
  "a start that is no time": {
    link: { scheduled_start_at: "tomorrow" },
    errors: [timeInvalid("Scheduled start at")],
  },
  "an end before the start": {
    link: {
      scheduled_start_at: "2026-04-30T00:00:00Z",
      scheduled_end_at: "2026-04-01T00:00:00Z",
    },
    errors: ["Scheduled end at must be later than scheduled start at"],
  },
  "an expiry without a time": {
    link: { expires: true },
    errors: ["Expires at can't be blank"],
  },
  "a day that no calendar has": {
    link: { expires_at: "2026-02-30T00:00:00Z" },
    errors: [timeInvalid("Expires at")],
  },
  "a list for UTM parameters": {
    link: { utm_params: ["utm_source"] },
    errors: ["Utm params must be an object"],
  },
  "a number for a UTM parameter": {
    link: { utm_params: { utm_campaign: 2026 } },
    errors: ["Utm params is invalid"],
  },
  "a collection that nobody has": {
    link: { collection_id: 999_999_999 },
    errors: ["Collection does not exist"],
  },
  "a long password": {
    link: {},
    password: "x".repeat(129),
    errors: ["Password is too long (maximum is 128 characters)"],
  },
  "several things": {
    link: {
      destination_url: "ftp://example.com",
      short_code: "admin",
      title: 7,
      scheduled_start_at: "2026-04-30",
      scheduled_end_at: "2026-04-01",
      expires: true,
      collection_id: 999_999_999,
    },
    errors: [
      "Title is invalid",
      "Expires at can't be blank",
      "Destination url must be a URL of the web or of an app: the scheme ftp: is not allowed, so send an address that begins with https://, or the app's own",
      "Scheduled end at must be later than scheduled start at",
      "Short code is reserved",
      "Collection does not exist",
    ],
  },
};

describe("a link that is refused", () => {
  it("is told as on the page: what is blank and what is taken, together", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { short_code } = await client.link({ short_code: newCode() });
    const { status, body } = await client.call("POST", "/links", {
      link: { destination_url: "", short_code },
    });
    expect(status).toBe(422);
    expect(body).toEqual({
      success: false,
      error: "Validation failed",
      errors: ["Destination url can't be blank", "Short code has already been taken"],
    });
  });

  it("lists every fault, even if the engine found the first one", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { short_code } = await client.link({ short_code: newCode() });
    const { body } = await client.call("POST", "/links", {
      link: { destination_url: "https://sign.test/x", short_code, collection_id: 999_999_999 },
    });
    expect(body["errors"]).toEqual([
      "Destination url must lead elsewhere: this host serves short links itself",
      "Short code has already been taken",
      "Collection does not exist",
    ]);
  });

  for (const [what, { link, password, errors }] of Object.entries(WRONG)) {
    it(`has ${what}`, async ({ expect }) => {
      const client = await newPvtlnkClient();
      const { status, body } = await client.call("POST", "/links", {
        link: { destination_url: "https://example.com", ...link },
        password,
      });
      expect(body).toEqual({ success: false, error: "Validation failed", errors });
      expect(status).toBe(422);
      expect((await client.call("GET", "/links")).body["links"]).toEqual([]);
    });
  }

  it("does not learn whether another workspace has the collection", async ({ expect }) => {
    const [client, other] = [await newPvtlnkClient(), await newPvtlnkClient()];
    const collection_id = await newCollection(other.account);
    const { body } = await client.call("POST", "/links", {
      link: { destination_url: "https://example.com", collection_id },
    });
    expect(body["errors"]).toEqual(["Collection does not exist"]);
  });
});

describe("a change that is refused", () => {
  it("changes nothing, and lists all faults", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const taken = await client.link({ short_code: newCode() });
    const link = await client.link({ scheduled_end_at: "2026-04-01T00:00:00Z" });
    const { status, body } = await client.call("PATCH", `/links/${link.id}`, {
      link: {
        title: "Changed",
        destination_url: null,
        short_code: taken.short_code,
        scheduled_start_at: "2026-04-02T00:00:00Z",
        expires: true,
      },
    });
    expect(status).toBe(422);
    expect(body["errors"]).toEqual([
      "Destination url can't be blank",
      "Expires at can't be blank",
      "Scheduled end at must be later than scheduled start at",
      "Short code has already been taken",
    ]);
    expect((await client.call("GET", "/links")).body["links"]).toEqual([link, taken]);
  });

  it("does not take a link's own code for taken", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link({ short_code: newCode() });
    const { status } = await client.call("PATCH", `/links/${link.id}`, {
      link: { short_code: link.short_code, title: "Same code" },
    });
    expect(status).toBe(200);
  });
});
