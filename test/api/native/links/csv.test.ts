import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { utf8 } from "../../../../src/platform/bytes.ts";
import { type Account, newAccount } from "../../../support/account.ts";
import { callApi } from "../../../support/api.ts";
import {
  newNativeClient,
  newCode,
  type NativeClient,
  type WireLink,
} from "../../../support/native.ts";

interface WireReport {
  readonly created: number;
  readonly links: readonly WireLink[];
  readonly errors: readonly { readonly row: number; readonly errors: readonly string[] }[];
  readonly summary: Readonly<Record<"totalRows" | "created" | "failed", number>>;
}

async function importCsv(client: NativeClient, csv: string, headers?: HeadersInit) {
  const response = await client.call<WireReport>("POST", "/api/links/import", { csv }, headers);
  return { response, report: response.body };
}

async function setPlan({ workspace }: Account, plan: string): Promise<void> {
  await env.DB.prepare("update workspaces set plan = ? where id = ?")
    .bind(plan, workspace.id)
    .run();
}

describe("POST /api/links/import", () => {
  it("reports on links and rows", async ({ expect }) => {
    const client = await newNativeClient();
    const code = newCode();
    const { response, report } = await importCsv(
      client,
      `destination_url,title,short_code\nhttps://example.com/1,One,${code}\nnowhere,"a\0b",\nhttps://example.com/3,,${code}`,
    );
    expect(response.status).toBe(200);
    const read = await client.call<WireLink>("GET", `/api/links/${report.links[0]?.id ?? ""}`);
    const link = read.body;
    expect(link).toMatchObject({ shortCode: code, title: "One" });
    expect(report).toEqual({
      created: 1,
      links: [link],
      errors: [
        {
          row: 3,
          errors: [
            "Destination url is not a valid URL",
            "Title must not contain control characters",
          ],
        },
        { row: 4, errors: ["Short code has already been taken"] },
      ],
      summary: { totalRows: 3, created: 1, failed: 2 },
    });
  });

  it("takes the file itself, with a byte order mark", async ({ expect }) => {
    const client = await newNativeClient();
    const response = await client.call(
      "POST",
      "/api/links/import",
      "\uFEFFDestination_URL;\r\n".replace(";", "") + '"https://example.com/é"\r\n',
      { "Content-Type": "text/csv; charset=utf-8" },
    );
    expect(response.body).toMatchObject({
      created: 1,
      links: [{ destinationUrl: "https://example.com/é" }],
    });
  });

  it.for([
    ["text/plain", "destination_url;title\r\nhttps://example.com/plain;A\r\n", 1],
    ["application/vnd.ms-excel", "sep=;\r\ndestination_url;title\r\nhttps://e.com/x;A\r\n", 1],
    ["text/tab-separated-values", "destination_url\ttitle\nhttps://example.com/tab\tA", 1],
  ] as const)("takes a file as a spreadsheet names it: %s", async ([type, csv, n], { expect }) => {
    const client = await newNativeClient();
    const { body } = await client.call("POST", "/api/links/import", csv, { "Content-Type": type });
    expect(body).toMatchObject({ created: n, links: [{ title: "A" }] });
  });

  it.for(["utf-16le", "utf-16be"] as const)(
    "takes %s with its mark",
    async (encoding, { expect }) => {
      const { account } = await newNativeClient();
      const text = "\uFEFFdestination_url\ttitle\r\nhttps://example.com/ö\tÖ\r\n";
      const body = new Uint8Array(text.length * 2);
      const view = new DataView(body.buffer);
      for (let at = 0; at < text.length; at++) {
        view.setUint16(at * 2, text.charCodeAt(at), encoding === "utf-16le");
      }
      const response = await callApi("/api/links/import", {
        method: "POST",
        headers: { ...(await account.byToken("links:create")), "Content-Type": "text/csv" },
        body,
      });
      expect(await response.json()).toMatchObject({ created: 1, links: [{ title: "Ö" }] });
    },
  );

  it("takes a file that a form uploads, and refuses two", async ({ expect }) => {
    const { account } = await newNativeClient();
    const upload = async (form: FormData) =>
      callApi("/api/links/import", {
        method: "POST",
        headers: await account.byToken("links:create"),
        body: form,
      });
    const form = new FormData();
    form.append("file", new File(["destination_url\nhttps://example.com/up"], "links.csv"));
    expect(await (await upload(form)).json()).toMatchObject({ created: 1 });
    form.append("more", new File(["destination_url\nhttps://example.com/up"], "links.csv"));
    const refused = await upload(form);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      message: expect.stringContaining("a form must hold one file"),
    });
  });

  it("refuses a row with an unquoted comma, which would make a wrong link", async ({ expect }) => {
    const client = await newNativeClient();
    const csv =
      "destination_url,title\nhttps://example.com/x,Hello, world\nhttps://example.com/a,b,c,d\nhttps://example.com/y,T,,\n";
    const { body } = await client.call("POST", "/api/links/import", { csv });
    const errors = [expect.stringContaining("more cells than the header")];
    expect(body).toMatchObject({
      created: 1,
      links: [{ destinationUrl: "https://example.com/y", title: "T" }],
      errors: [
        { row: 2, errors },
        { row: 3, errors },
      ],
    });
  });

  it.for([
    [{}, "csv is required and must be a text"],
    [{ csv: 1 }, "csv is required and must be a text"],
    [[], "Send a JSON object that holds csv, or the file itself as text/csv or in a form"],
    [{ csv: "title\nA" }, "csv must begin with a row of column names, destination_url among them"],
    [
      { csv: 'destination_url\n"https://example.com' },
      "csv cannot be read from row 2 on: a quoted cell has no end, or text after it",
    ],
    [
      { csv: `destination_url\n${"x\n".repeat(10_001)}` },
      "csv must hold at most 10000 rows: send the others with another call",
    ],
  ] as const)("refuses a call as a whole %#", async ([body, message], { expect }) => {
    const client = await newNativeClient();
    const response = await client.call("POST", "/api/links/import", body);
    expect(response.status).toBe(400);
    expect(response.body).toEqual({ code: "VALIDATION_ERROR", message });
  });

  it("refuses other bodies, and more than 5 MB", async ({ expect }) => {
    const client = await newNativeClient();
    const send = (body: string, type: string) =>
      client.call("POST", "/api/links/import", body, { "Content-Type": type });
    const form = await send("csv=destination_url", "application/x-www-form-urlencoded");
    expect(form.status).toBe(415);
    expect(form.body).toMatchObject({
      message: expect.stringMatching(
        /^Send the body with Content-Type application\/json or text\/csv or /,
      ),
    });
    const large = await send(`destination_url\n${"x".repeat(5 * 1024 * 1024)}`, "text/csv");
    expect(large.status).toBe(413);
    expect(large.body).toMatchObject({
      message: "The request body is larger than 5120 KB.",
    });
  });

  it("refuses a file in another encoding", async ({ expect }) => {
    const { account } = await newNativeClient();
    const response = await callApi("/api/links/import", {
      method: "POST",
      headers: { ...account.bySession, "Content-Type": "text/csv" },
      body: new Uint8Array([0x64, 0xe9, 0x0a]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: "The request body cannot be read: it is not valid UTF-8 or UTF-16.",
    });
  });

  it("needs a plan with bulk creation", async ({ expect }) => {
    const client = await newNativeClient();
    await setPlan(client.account, "free");
    const { response, report } = await importCsv(client, "destination_url\nhttps://example.com");
    expect(response.status).toBe(403);
    expect(report).toMatchObject({ code: "PLAN_LIMIT", quota: "bulk", plan: "free" });
  });

  it("imports once for an idempotency key", async ({ expect }) => {
    const client = await newNativeClient();
    const key = { "Idempotency-Key": newCode() };
    const code = newCode();
    const csv = [
      "destination_url,short_code",
      `https://example.com/1,${code}`,
      "nowhere,",
      `https://example.com/taken,${code}`,
      "https://example.com/2,",
    ].join("\n");
    const first = await importCsv(client, csv, key);
    const second = await importCsv(client, csv, key);
    expect(first.report.summary).toEqual({ totalRows: 4, created: 2, failed: 2 });
    expect(second.report).toEqual(first.report);
    expect(second.response.headers.get("Idempotent-Replayed")).toBe("true");
    const list = await client.call("GET", "/api/links");
    expect(list.body).toHaveLength(2);
  });

  it("leaves the key unused if an import created nothing", async ({ expect }) => {
    const client = await newNativeClient();
    const key = { "Idempotency-Key": newCode() };
    for (const csv of ["destination_url\nnowhere", "destination_url\nelsewhere"]) {
      const { response, report } = await importCsv(client, csv, key);
      expect(response.status).toBe(200);
      expect(report.summary).toEqual({ totalRows: 1, created: 0, failed: 1 });
    }
  });
});

describe("GET /api/links/export", () => {
  it("answers a file that an import reads", async ({ expect }) => {
    const client = await newNativeClient();
    const code = newCode();
    await client.link({ shortCode: code, title: "=1+1", tags: ["a,b"] });
    const response = await client.call("GET", "/api/links/export");
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(response.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename="signpost-links-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const csv = response.text;
    expect(csv).toContain(`\r\nhttps://sign.test/${code},https://example.com,${code},'=1+1,,`);
    await env.DB.prepare("delete from links where code = ?").bind(code).run();
    const { report } = await importCsv(await newNativeClient(), csv);
    expect(report.links).toMatchObject([
      { shortCode: code, title: "=1+1", tags: [{ name: "a,b" }] },
    ]);
  });

  it("exports only links that match the filters", async ({ expect }) => {
    const client = await newNativeClient();
    const made = await client.call<{ id: string }>("POST", "/api/collections", { name: "Spring" });
    const collection = made.body;
    const [one, off] = [newCode(), newCode()];
    await client.link({ shortCode: one, collectionId: collection.id });
    await client.link({ shortCode: off, isActive: false });
    const codesOf = async (query: Record<string, string>) => {
      const search = new URLSearchParams(query).toString();
      const csv = (await client.call("GET", `/api/links/export?${search}`)).text;
      return csv
        .trim()
        .split("\r\n")
        .slice(1)
        .map((line) => line.split(",")[2]);
    };
    expect(await codesOf({})).toEqual([off, one]);
    expect(await codesOf({ active: "true" })).toEqual([one]);
    expect(await codesOf({ archived: "true" })).toEqual([]);
    expect(await codesOf({ collection: collection.id })).toEqual([one]);
    expect(await codesOf({ createdAfter: "2020-01-01" })).toEqual([off, one]);
    expect(await codesOf({ createdAfter: "2120-01-01T00:00:00Z" })).toEqual([]);
    expect(await codesOf({ createdBefore: "2020-01-01" })).toEqual([]);
  });

  it("begins with a byte order mark on request", async ({ expect }) => {
    const client = await newNativeClient();
    const response = await client.call("GET", "/api/links/export?bom=true");
    expect(Array.from(utf8(response.text).slice(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
  });

  it.for([
    [
      "createdAfter=soon",
      "createdAfter must be an ISO 8601 date, or date and time, such as 2026-12-31T00:00:00Z",
    ],
    [
      "createdBefore=2026-02-30",
      "createdBefore must be an ISO 8601 date, or date and time, such as 2026-12-31T00:00:00Z",
    ],
    ["bom=perhaps", "bom must be true or false"],
    ["active=perhaps", "active must be true or false"],
  ] as const)("refuses %s", async ([query, message], { expect }) => {
    const client = await newNativeClient();
    const response = await client.call("GET", `/api/links/export?${query}`);
    expect(response.status).toBe(400);
    expect(response.body).toEqual({ code: "VALIDATION_ERROR", message });
  });

  it("answers 500, rather than a partial file, when the database fails", async ({ expect }) => {
    const client = await newNativeClient({ account: await newAccount() });
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((query) => {
      if (query.includes("destination_url")) throw new Error("The database fails on purpose.");
      return prepare(query);
    });
    const response = await client.call("GET", "/api/links/export");
    vi.restoreAllMocks();
    expect(response.status).toBe(500);
    expect(response.body).toMatchObject({ code: "INTERNAL_ERROR" });
  });
});
