/** No dialect lets a link have a code that the service uses itself, or may use later. */

import { beforeAll, describe, it } from "vitest";

import { FIRST_SEGMENTS } from "../../src/prefixes.ts";
import { type Account, newAccount } from "../support/account.ts";
import { newNativeClient } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";
import { RESERVED_FOR_LATER } from "../support/reserved-words.ts";
import { DEFAULT_RULES, newRevolinkClient } from "../support/revolink.ts";

const WORDS = [...new Set([...FIRST_SEGMENTS, ...RESERVED_FOR_LATER])];

describe("as a custom code", () => {
  let account: Account;
  beforeAll(async () => {
    account = await newAccount();
  });

  it.for(WORDS)("%s is refused by the native API", async (word, { expect }) => {
    const client = await newNativeClient({ account });
    const body = { destinationUrl: "https://example.com", shortCode: word };
    const response = await client.call("POST", "/api/links", body);
    expect(response.status).toBe(400);
    // This dialect's custom codes have at least three characters.
    const reason = word.length < 3 ? "shortCode must be 3 to 20" : "is reserved";
    expect(response.text).toContain(reason);
  });

  it.for(WORDS)("%s is refused by PVTLNK", async (word, { expect }) => {
    const client = await newPvtlnkClient({ account });
    const link = { destination_url: "https://example.com", short_code: word };
    const { status, body } = await client.call("POST", "/links", { link });
    expect(status).toBe(422);
    expect(body["errors"]).toEqual(["Short code is reserved"]);
  });

  it.for(WORDS)("%s is refused by RevoLink", async (word, { expect }) => {
    const client = await newRevolinkClient({ account });
    const fields = { name: "A link", rules: DEFAULT_RULES, slug: word };
    const { status, body } = await client.call("POST", "/apiv1/link/create", fields);
    expect(status).toBe(400);
    expect(body["error"]).toBe(`slug "${word}" is reserved. Choose another one.`);
  });
});
