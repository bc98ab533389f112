import { describe, it } from "vitest";

import { newAccount } from "../../support/account.ts";
import { newNativeClient, type WireLink } from "../../support/native.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";
import { newRevolinkClient, rowOf } from "../../support/revolink.ts";

const TIMES: readonly (readonly [text: string, utc: string])[] = [
  ["2099-12-31", "2099-12-31T00:00:00.000Z"],
  ["2099-12-31T12:00", "2099-12-31T12:00:00.000Z"],
  ["2099-12-31T12:00:00", "2099-12-31T12:00:00.000Z"],
  ["2099-12-31 12:00:00", "2099-12-31T12:00:00.000Z"],
  ["2099-12-31T12:00:00.000", "2099-12-31T12:00:00.000Z"],
  ["2099-12-31T12:00:00Z", "2099-12-31T12:00:00.000Z"],
  ["2099-12-31t12:00:00z", "2099-12-31T12:00:00.000Z"],
  ["2099-12-31T12:00:00+02:00", "2099-12-31T10:00:00.000Z"],
  ["2099-12-31T12:00:00+0200", "2099-12-31T10:00:00.000Z"],
  ["2099-12-31T12:00:00 02:00", "2099-12-31T10:00:00.000Z"],
  ["2099-12-31T12:00:00-05:00", "2099-12-31T17:00:00.000Z"],
];

const NO_TIMES = ["tomorrow", "2099-02-30", "2099-13-01T00:00:00Z", "31.12.2099", "4102444800"];

const reportOf = ({ id }: WireLink) => `/api/analytics/link/${id}`;

describe("a time", () => {
  it.for(TIMES)("%s is %s in every dialect", async ([text, utc], { expect }) => {
    const account = await newAccount();
    const native = await newNativeClient({ account });
    const link = await native.link({ expiresAt: text });
    expect(link).toMatchObject({ expiresAt: utc });
    const pvtlnk = await newPvtlnkClient({ account });
    const seconds = utc.replace(".000Z", "Z");
    expect(await pvtlnk.link({ expires_at: text })).toMatchObject({ expires_at: seconds });
    const revolink = await newRevolinkClient({ account });
    const row = await rowOf(await revolink.link({ expirationDate: text }));
    expect(row["expires_at_ms"]).toBe(Date.parse(utc));
    const rows = `destination_url,expires_at\nhttps://example.com,${text}\n`;
    const csv = { "Content-Type": "text/csv" };
    const imported = await native.call("POST", "/api/links/import", rows, csv);
    expect(imported.body).toMatchObject({ links: [{ expiresAt: utc }] });
    // The plus is not encoded, so it arrives as a space.
    const query = `createdAfter=${text}&createdBefore=${text}`;
    expect((await native.call("GET", `/api/links/export?${query}`)).status).toBe(200);
    const report = await native.call("GET", `${reportOf(link)}?from=2099-12-01&to=${text}`);
    expect(report.status, report.text).toBe(200);
  });

  it.for(NO_TIMES)("%s is refused in every dialect", async (text, { expect }) => {
    const account = await newAccount();
    const clients = {
      native: await newNativeClient({ account }),
      pvtlnk: await newPvtlnkClient({ account }),
      revolink: await newRevolinkClient({ account }),
    };
    await expect(clients.native.link({ expiresAt: text })).rejects.toThrow("expiresAt must be");
    await expect(clients.pvtlnk.link({ expires_at: text })).rejects.toThrow("Expires at is");
    await expect(clients.revolink.link({ expirationDate: text })).rejects.toThrow("expirationDate");
    const link = await clients.native.link();
    const report = await clients.native.call("GET", `${reportOf(link)}?from=${text}`);
    expect(report.status).toBe(400);
  });
});

describe("a flag in a query", () => {
  it.for([
    ["true", true],
    ["True", true],
    ["TRUE", true],
    ["1", true],
    ["yes", true],
    ["on", true],
    ["False", false],
    ["0", false],
    ["no", false],
  ] as const)("%s is %s in every dialect", async ([text, value], { expect }) => {
    const account = await newAccount();
    const native = await newNativeClient({ account });
    const [on, off] = [await native.link(), await native.link({ isActive: false })];
    const list = await native.call<{ id: string }[]>("GET", `/api/links?active=${text}`);
    expect(list.body.map(({ id }) => id)).toEqual([value ? on.id : off.id]);
    const paths = ["/api/links/export?bom=", `${reportOf(on)}?includeBots=`];
    for (const path of paths) expect((await native.call("GET", path + text)).status).toBe(200);
    const pvtlnk = await newPvtlnkClient({ account });
    const listed = await pvtlnk.call<{ links: unknown[] }>("GET", `/links?active=${text}`);
    expect(listed.body.links).toHaveLength(value ? 1 : 2);
    expect((await native.call("GET", `/api/links?active=perhaps`)).status).toBe(400);
  });
});

describe("what is empty", () => {
  it("in a query is not given", async ({ expect }) => {
    const account = await newAccount();
    const native = await newNativeClient({ account });
    const link = await native.link();
    const all = "q=&tag=&collection=&domain=&active=&archived=&cursor=&fields=&limit=";
    expect((await native.call("GET", `/api/links?${all}`)).body).toHaveLength(1);
    const report = "range=&from=&to=&tz=&includeBots=";
    expect((await native.call("GET", `${reportOf(link)}?${report}`)).status).toBe(200);
    const pvtlnk = await newPvtlnkClient({ account });
    const filters = "page=&per_page=&active=&archived=&collection_id=&scheduled=";
    expect((await pvtlnk.call("GET", `/links?${filters}`)).status).toBe(200);
    expect((await pvtlnk.call("GET", "/links/export?created_after=&active=")).status).toBe(200);
  });

  it("in an optional field is not given", async ({ expect }) => {
    const account = await newAccount();
    const native = await newNativeClient({ account });
    const empty = { shortCode: "", domain: "", expiresAt: "", startsAt: "", endsAt: "" };
    const more = {
      expiredUrl: "",
      limitReachedUrl: "",
      collectionId: "",
      title: "",
      description: "",
    };
    const link = await native.link({ ...empty, ...more });
    expect(link).toMatchObject({ expiresAt: null, expiredUrl: null, domain: null, title: null });
    const kept = await native.link({ expiresAt: "2099-01-01", expiredUrl: "https://example.com" });
    const patched = await native.call("PATCH", `/api/links/${kept.id}`, empty);
    expect([patched.status, patched.body]).toEqual([200, kept]);
    const pvtlnk = await newPvtlnkClient({ account });
    const fields = { short_code: "", scheduled_start_at: "", scheduled_end_at: "" };
    await pvtlnk.link({ ...fields, expires_at: "", utm_params: "", collection_id: "", title: "" });
    const revolink = await newRevolinkClient({ account });
    await revolink.link({ slug: "", domain: "", clicksLimit: "", expirationDate: "" });
  });
});
