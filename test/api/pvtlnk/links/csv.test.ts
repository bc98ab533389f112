/** PVTLNK's page, "Export Links (CSV)" and "Bulk Import Links (CSV)". */

import { describe, it } from "vitest";

import { newCode } from "../../../support/native.ts";
import { newCollection, newPvtlnkClient, type PvtlnkLink } from "../../../support/pvtlnk.ts";

const HEADER =
  "short_url,destination_url,short_code,title,description,tags,click_count,active,archived,password_protected,expires_at,created_at";

describe("GET /api/v1/links/export", () => {
  it("gives the documented file", async ({ expect }) => {
    const client = await newPvtlnkClient({ clock: () => Date.parse("2026-03-12T10:00:00Z") });
    const code = newCode();
    await client.link({
      short_code: code,
      title: "=1+1",
      tags: ["spring", "sale"],
      expires_at: "2026-05-01T00:00:00Z",
    });
    const { status, headers, text } = await client.call("GET", "/links/export");
    expect(status).toBe(200);
    expect(headers.get("Content-Type")).toMatch(/^text\/csv/);
    expect(headers.get("Content-Disposition")).toBe(
      'attachment; filename="pvtlnk-links-2026-03-12.csv"',
    );
    const [header, row] = text.split(/\r?\n/);
    expect(header).toBe(HEADER);
    expect(row).toContain(`https://sign.test/${code},https://example.com,${code},`);
    // What a spreadsheet would run is a text.
    expect(row).toContain("'=1+1");
    expect(row).toContain("2026-05-01T00:00:00");
  });

  it("filters as documented", async ({ expect }) => {
    let nowMs = Date.parse("2026-01-01T12:00:00Z");
    const client = await newPvtlnkClient({ clock: () => nowMs });
    const collection_id = await newCollection(client.account);
    const old = await client.link({ collection_id });
    const archived = await client.link();
    await client.call("DELETE", `/links/${archived.id}`);
    const off = await client.link({ active: false });
    nowMs = Date.parse("2026-03-01T12:00:00Z");
    const late = await client.link();
    const codesOf = async (query: string) => {
      const { text } = await client.call("GET", `/links/export?${query}`);
      const rows = text.split(/\r?\n/).slice(1);
      return rows.filter((row) => row !== "").map((row) => row.split(",")[2]);
    };
    expect(await codesOf("")).toEqual([late, off, archived, old].map((one) => one.short_code));
    expect(await codesOf("active=true")).toEqual([late.short_code, old.short_code]);
    expect(await codesOf("archived=true")).toEqual([archived.short_code]);
    expect(await codesOf(`collection_id=${collection_id}`)).toEqual([old.short_code]);
    expect(await codesOf("created_after=2026-02-01")).toEqual([late.short_code]);
    expect(await codesOf("created_before=2026-02-01T00:00:00Z&active=true")).toEqual([
      old.short_code,
    ]);
  });

  it("refuses a malformed date", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { status, body } = await client.call("GET", "/links/export?created_after=lately");
    expect(status).toBe(422);
    expect(body).toMatchObject({ success: false, error: "Validation failed" });
  });
});

describe("POST /api/v1/links/bulk_import", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const [one, two] = [newCode(), newCode()];
    const { status, body } = await client.call("POST", "/links/bulk_import", {
      csv: `destination_url,title,short_code,tags\nhttps://example1.com,Link 1,${one},\nhttps://example2.com,Link 2,${two},`,
    });
    expect(status).toBe(201);
    const listed = await client.call("GET", "/links");
    const links = (listed.body["links"] as PvtlnkLink[]).toReversed();
    expect(links).toMatchObject([
      { short_code: one, title: "Link 1", destination_url: "https://example1.com" },
      { short_code: two, title: "Link 2", destination_url: "https://example2.com" },
    ]);
    expect(body).toEqual({
      success: true,
      created: 2,
      links,
      errors: [],
      summary: { total_rows: 2, created: 2, failed: 0 },
    });
  });

  it("takes links as objects, with the columns as fields", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const code = newCode();
    const { status, body } = await client.call("POST", "/links/bulk_import", {
      links: [
        {
          destination_url: "https://example.com/1",
          title: "One",
          short_code: code,
          tags: ["a, b"],
        },
        { destination_url: "https://example.com/2", active: false, other: 1 },
        { title: "No destination" },
        { destination_url: { url: "https://example.com/3" } },
      ],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      success: true,
      created: 2,
      imported: 2,
      links: [{ short_code: code, title: "One" }, { active: false }],
      errors: [
        { row: 3, errors: ["Destination url can't be blank"] },
        { row: 4, errors: [expect.any(String)] },
      ],
      summary: { total_rows: 4, created: 2, failed: 2 },
    });
  });

  it("imports the valid rows, and explains what is wrong with the others", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { short_code } = await client.link({ short_code: newCode() });
    const { status, body } = await client.call("POST", "/links/bulk_import", {
      csv: [
        "destination_url,short_code,password,scheduled_start_at,expires_at",
        "https://example.com/1,,open sesame,2026-04-01T00:00:00Z,2020-01-01T00:00:00Z",
        `,${short_code},,,`,
        `https://example.com/3,${short_code},,,`,
      ].join("\r\n"),
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      created: 1,
      links: [{ password_protected: true, is_scheduled: true, expires: true }],
      errors: [
        {
          row: 3,
          errors: ["Destination url can't be blank", "Short code has already been taken"],
        },
        { row: 4, errors: ["Short code has already been taken"] },
      ],
      summary: { total_rows: 3, created: 1, failed: 2 },
    });
  });

  it("reports on a file without valid rows", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const csv = "destination_url\nnot a url";
    const { status, body } = await client.call("POST", "/links/bulk_import", { csv });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      created: 0,
      links: [],
      summary: { total_rows: 1, created: 0, failed: 1 },
    });
  });

  it.for([
    [{}, "Csv must be a text that holds the file"],
    [{ links: [] }, "Links can't be blank"],
    [{ links: ["https://example.com"] }, "Links must be a list of objects"],
    [{ links: { destination_url: "https://example.com" } }, "Links must be a list of objects"],
    [{ csv: "" }, "Csv can't be blank"],
    [{ csv: "title\nNo destination" }, "Csv must have a column destination_url"],
    [
      { csv: 'destination_url\n"https://example.com' },
      "Csv cannot be read from row 2: a quoted cell has no end",
    ],
    [
      { csv: `destination_url\n${"https://example.com\n".repeat(10_001)}` },
      "Csv is too long (maximum is 10000 rows)",
    ],
  ] as const)("refuses a file as a whole", async ([body, sentence], { expect }) => {
    const client = await newPvtlnkClient();
    const answer = await client.call("POST", "/links/bulk_import", body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      success: false,
      error: "Validation failed",
      errors: [sentence],
    });
  });
});
