/** Each dialect refuses a link beyond the bounds of `links/bounds.ts` in its shape, by its field. */

import { describe, it } from "vitest";

import { newNativeClient } from "../../support/native.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";
import { newRevolinkClient } from "../../support/revolink.ts";

const names = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`utm_${n}`, "x"]));
const long = Object.fromEntries(
  Array.from({ length: 20 }, (_, n) => [`utm_${n}`, "\u6f22".repeat(255)]),
);
const variant = { name: "V", url: "https://example.com/v", weight: 1 };

describe("the native API refuses", () => {
  it.for([
    ["utmParams", { utmParams: names }, "utmParams must have at most 20 items"],
    [
      "destinationUrl",
      { utmParams: long },
      "destinationUrl must have at most 8000 characters together with the link's utmParams",
    ],
    [
      "abTest.variants",
      {
        abTest: {
          variants: Array.from({ length: 100 }, () => ({
            ...variant,
            url: `https://example.com/${"\u6f22".repeat(200)}`,
            name: "\u6f22".repeat(100),
          })),
        },
        rules: Array.from({ length: 100 }, () => ({
          targetUrl: `https://example.com/${"x".repeat(1_900)}`,
          country: ["UA"],
        })),
      },
      "rules must be smaller: the whole link must not exceed 300 KB",
    ],
  ] as const)("too much in %s", async ([, fields, message], { expect }) => {
    const client = await newNativeClient();
    const body = { destinationUrl: "https://example.com", ...fields };
    const created = await client.call("POST", "/api/links", body);
    expect(created).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR", message } });
    const { id } = await client.link();
    const changed = await client.call("PATCH", `/api/links/${id}`, fields);
    expect(changed).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR", message } });
    const bulk = await client.call("POST", "/api/links/bulk", { links: [body] });
    expect(bulk.body["failed"]).toEqual([
      { index: 0, error: { code: "VALIDATION_ERROR", message } },
    ]);
  });

  it("a variant whose URL becomes too long", async ({ expect }) => {
    const client = await newNativeClient();
    const utmParams = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`utm_${n}`, "x".repeat(255)]),
    );
    const { id } = await client.link({ utmParams });
    const added = await client.call("POST", `/api/links/${id}/variants`, {
      ...variant,
      url: `https://example.com/${"\u6f22".repeat(220)}${"x".repeat(40)}`,
    });
    expect(added.status).toBe(201);
    const { id: one } = await client.link({
      utmParams: { ...utmParams, utm_0: "\u6f22".repeat(255) },
    });
    const refused = await client.call("POST", `/api/links/${one}/variants`, {
      ...variant,
      url: `https://example.com/${"\u6f22".repeat(220)}`,
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { message: "url must have at most 8000 characters together with the link's utmParams" },
    });
  });
});

describe("PVTLNK refuses", () => {
  it.for([
    ["UTM names", names, "Utm params is too long (maximum is 20 names)"],
    [
      "UTM parameters for the destination",
      long,
      "Destination url is too long (maximum is 8000 characters with its utm params)",
    ],
  ] as const)("too many %s", async ([, utm, sentence], { expect }) => {
    const client = await newPvtlnkClient();
    const link = { destination_url: "https://example.com", utm_params: utm };
    const refused = { status: 422, body: { success: false, errors: [sentence] } };
    expect(await client.call("POST", "/links", { link })).toMatchObject(refused);
    const { id } = await client.link();
    const changes = { link: { utm_params: utm } };
    expect(await client.call("PATCH", `/links/${id}`, changes)).toMatchObject(refused);
  });
});

describe("RevoLink refuses", () => {
  it("rules and a test that are too large together, and names the larger", async ({ expect }) => {
    const client = await newRevolinkClient();
    const targetUrl = `https://example.com/${"x".repeat(1_900)}`;
    const rules = [
      ...Array.from({ length: 99 }, () => ({ targetUrl, country: ["UA"], isDefault: false })),
      { targetUrl: "https://example.com", isDefault: true },
    ];
    const abTest = {
      enabled: true,
      variants: Array.from({ length: 100 }, (_, n) => ({
        id: `v${n}`,
        ...variant,
        url: targetUrl,
      })),
    };
    const error = "rules must be smaller: the whole link must not exceed 300 KB.";
    const created = await client.call("POST", "/apiv1/link/create", { name: "L", rules, abTest });
    expect(created).toMatchObject({ status: 400, body: { error } });
    const linkId = await client.link();
    const changed = await client.call("PUT", "/apiv1/link/update", { linkId, rules, abTest });
    expect(changed).toMatchObject({ status: 400, body: { error } });
    const links = [{ name: "L", rules, abTest }];
    const bulk = await client.call("POST", "/apiv1/links/bulk-create", { links });
    expect(bulk.body["failed"]).toMatchObject([{ error }]);
  });
});
