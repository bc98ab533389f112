import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { IMPORT_ROWS_MAX } from "../../../../../src/api/shared/wire/csv/columns.ts";
import {
  importRows,
  type ImportReport,
  reportAgain,
} from "../../../../../src/api/shared/wire/csv/import.ts";
import { databaseOf } from "../../../../../src/db/database.ts";
import type { LinkContext } from "../../../../../src/links/context.ts";
import { linkStore } from "../../../../../src/links/store.ts";
import { verifyPassword } from "../../../../../src/platform/password.ts";
import { allOf, makeLink, newContext } from "../../../../support/link-context.ts";
import { newCode } from "../../../../support/native.ts";

async function imported(context: LinkContext, csv: string): Promise<ImportReport> {
  const report = await importRows(context, csv);
  if (!report.ok) throw new Error(report.error.reason);
  return report.value;
}

/** A file of one row with these cells and a good destination. */
function fileOf(cells: Readonly<Record<string, string>>): string {
  const row = { destination_url: "https://example.com", ...cells };
  const quoted = Object.values(row).map((cell) => `"${cell.replaceAll('"', '""')}"`);
  return `${Object.keys(row).join(",")}\n${quoted.join(",")}`;
}

describe("importRows", () => {
  it("makes links of the page's own example", async ({ expect }) => {
    const [one, two] = [newCode(), newCode()];
    const csv = `destination_url,title,short_code,tags\nhttps://example1.com,Link 1,${one},\nhttps://example2.com,Link 2,${two},`;
    const report = await imported(await newContext(), csv);
    expect(report).toMatchObject({
      links: [
        { code: one, destinationUrl: "https://example1.com", title: "Link 1", tags: [] },
        { code: two, destinationUrl: "https://example2.com", title: "Link 2", tags: [] },
      ],
      errors: [],
      summary: { totalRows: 2, created: 2, failed: 0 },
    });
  });

  it("reads each documented column", async ({ expect }) => {
    const code = newCode();
    const { links } = await imported(
      await newContext(),
      fileOf({
        title: "'=SUM(1)",
        short_code: code,
        description: "two\nlines",
        tags: 'red, "a, b",red',
        active: "FALSE",
        password_protected: "false",
        password: "",
        scheduled_start_at: "2026-04-01T00:00:00Z",
        scheduled_end_at: "2026-04-30T23:59:59Z",
        expires_at: "2020-05-01",
      }),
    );
    expect(links).toMatchObject([
      {
        code,
        title: "=SUM(1)",
        description: "two\nlines",
        tags: [{ name: "a, b" }, { name: "red" }],
        isActive: false,
        startsAtMs: Date.parse("2026-04-01T00:00:00Z"),
        endsAtMs: Date.parse("2026-04-30T23:59:59Z"),
        // In the past: expired links can be restored.
        expiresAtMs: Date.parse("2020-05-01T00:00:00Z"),
      },
    ]);
  });

  it.for([
    ["Destination url can't be blank", { destination_url: " ", title: "A" }],
    ["Destination url is not a valid URL", { destination_url: "nowhere" }],
    [
      "Destination url is too long (maximum is 8000 characters)",
      { destination_url: `https://example.com/${"x".repeat(8_000)}` },
    ],
    [
      "Destination url must not contain control characters",
      { destination_url: "https://example.com/\0" },
    ],
    [
      "Destination url must be a URL of the web or of an app: the scheme javascript: is not allowed, so send an address that begins with https://, or the app's own",
      { destination_url: "javascript:alert(1)" },
    ],
    [
      "Destination url must not contain a user name or password",
      { destination_url: "https://a:b@example.com" },
    ],
    [
      "Destination url must lead elsewhere: this host serves short links itself",
      { destination_url: "https://sign.test/x" },
    ],
    [
      "Expired url must be a URL of the web or of an app: the scheme data: is not allowed, so send an address that begins with https://, or the app's own",
      { expired_url: "data:," },
    ],
    ["Limit reached url is not a valid URL", { limit_reached_url: "nowhere" }],
    ["Clicks limit must be a whole number greater than 0", { clicks_limit: "0" }],
    ["Clicks limit must be a whole number greater than 0", { clicks_limit: "1.5" }],
    ["Forward query must be true or false", { forward_query: "maybe" }],
    ["Forward path must be true or false", { forward_path: "2" }],
    ["Crawlable must be true or false", { crawlable: "2" }],
    ["Social title can't be blank", { social_description: "x" }],
    [
      "Social title is too long (maximum is 255 characters)",
      { social_title: "x".repeat(256), social_description: "x".repeat(1_001) },
    ],
    [
      "Social description is too long (maximum is 1000 characters)",
      { social_title: "x", social_description: "x".repeat(1_001) },
    ],
    [
      "Social image must begin with https://",
      { social_title: "x", social_image: "http://example.com/a.png" },
    ],
    ["Title is too long (maximum is 2000 characters)", { title: "x".repeat(2_001) }],
    ["Title must not contain control characters", { title: "a\0b" }],
    [
      "Short code must be 1 to 100 letters, numbers, hyphens and underscores",
      { short_code: "a b" },
    ],
    ["Short code is reserved", { short_code: "api" }],
    ["Description is too long (maximum is 2000 characters)", { description: "x".repeat(2_001) }],
    ["Description must not contain control characters", { description: "a\0b" }],
    ["Tags must not contain control characters", { tags: "a\0b" }],
    [
      "Tags has too many names (maximum is 50)",
      { tags: Array.from({ length: 51 }, (_, at) => `t${at}`).join() },
    ],
    ["Tags has a name that is too long (maximum is 50 characters)", { tags: "x".repeat(51) }],
    ["Tags is too long", { tags: "x".repeat(10_001) }],
    ["Active must be true or false", { active: "perhaps" }],
    ["Password protected must be true or false", { password_protected: "perhaps" }],
    ["Password can't be blank", { password_protected: "true" }],
    [
      "Password must be blank if password protected is false",
      { password_protected: "false", password: "secret" },
    ],
    ["Password is too long (maximum is 128 characters)", { password: "x".repeat(129) }],
    [
      "Scheduled start at must be an ISO 8601 date and time, such as 2026-12-31T00:00:00Z",
      { scheduled_start_at: "soon" },
    ],
    [
      "Scheduled end at must be an ISO 8601 date and time, such as 2026-12-31T00:00:00Z",
      { scheduled_end_at: "2026-02-30" },
    ],
    [
      "Scheduled end at must be later than scheduled start at",
      { scheduled_start_at: "2026-05-01", scheduled_end_at: "2026-05-01" },
    ],
    [
      "Expires at must be an ISO 8601 date and time, such as 2026-12-31T00:00:00Z",
      { expires_at: "never" },
    ],
  ] as const)("refuses a row because: %s", async ([sentence, cells], { expect }) => {
    expect(await imported(await newContext(), fileOf(cells))).toEqual({
      links: [],
      errors: [{ row: 2, errors: [sentence] }],
      summary: { totalRows: 1, created: 0, failed: 1 },
    });
  });

  it("imports the valid rows, and lists every fault of the others", async ({ expect }) => {
    const [taken, twice] = [newCode(), newCode()];
    await makeLink(await newContext(), { code: taken });
    const report = await imported(
      await newContext(),
      [
        "short_code,destination_url,title,active",
        ",https://example.com/1,one,",
        `${taken},https://example.com/2,two,`,
        `${twice},https://example.com/3,three,`,
        `${twice},https://example.com/4,four,`,
        `${taken},,a\0b,maybe`,
        `${twice},nowhere,,`,
        ",https://example.com/7,seven,",
      ].join("\r\n"),
    );
    expect(report.links.map(({ title }) => title)).toEqual(["one", "three", "seven"]);
    expect(report.errors).toEqual([
      { row: 3, errors: ["Short code has already been taken"] },
      { row: 5, errors: ["Short code has already been taken"] },
      {
        row: 6,
        errors: [
          "Destination url can't be blank",
          "Title must not contain control characters",
          "Active must be true or false",
        ],
      },
      {
        row: 7,
        errors: ["Destination url is not a valid URL", "Short code has already been taken"],
      },
    ]);
    expect(report.summary).toEqual({ totalRows: 7, created: 3, failed: 4 });
  });

  it("locks a link with its row's password", async ({ expect }) => {
    const csv = fileOf({ password_protected: "true", password: " =secret" });
    const { links } = await imported(await newContext(), csv);
    expect(links).toMatchObject([{ hasPassword: true }]);
    const row = await env.DB.prepare("select password_hash as hash from links where id = ?")
      .bind(links[0]?.id)
      .first<{ hash: string }>();
    expect(await verifyPassword(" =secret", row?.hash ?? "")).toBe(true);
  });

  it("imports ten thousand rows with one allocation, five round trips to D1 and no KV", async ({
    expect,
  }) => {
    const context = await newContext();
    const codes = newCode();
    const rows = Array.from({ length: IMPORT_ROWS_MAX }, (_, at) => {
      const wrong = at % 100 === 99;
      const tags = `"all,${Array.from({ length: 9 }, (_unused, n) => `tag ${(at + n) % 40}`).join()}"`;
      return `${wrong ? "" : `https://example.com/${at}`},Link ${at},${at % 2 === 0 ? "" : `${codes}${at}`},${tags}`;
    });
    const allocations = vi.fn<() => void>();
    const counted = {
      ...context,
      env: {
        ...context.env,
        CODE_ALLOCATOR: new Proxy(context.env.CODE_ALLOCATOR, {
          get(target, key) {
            if (key === "getByName") allocations();
            const value: unknown = Reflect.get(target, key);
            return typeof value === "function" ? value.bind(target) : value;
          },
        }),
      },
    };
    const batches = vi.spyOn(env.DB, "batch");
    const prepared = vi.spyOn(env.DB, "prepare");
    const writes = vi.spyOn(env.ROUTES, "put");
    const report = await imported(
      counted,
      `destination_url,title,short_code,tags\n${rows.join("\n")}`,
    );
    const batched = batches.mock.calls.map(([statements]) => statements.length);
    const statements = prepared.mock.calls.length;
    const trips = batches.mock.calls.length + statements - batched.reduce((sum, n) => sum + n, 0);
    const kvWrites = writes.mock.calls.length;
    vi.restoreAllMocks();
    expect(report.summary).toEqual({ totalRows: 10_000, created: 9_900, failed: 100 });
    expect(allocations).toHaveBeenCalledOnce();
    expect(trips).toBeLessThanOrEqual(5);
    expect(Math.max(...batched)).toBeLessThanOrEqual(150);
    expect(kvWrites).toBe(0);
    expect(report.links[9_899]).toMatchObject({ title: "Link 9998" });
    expect(report.links[0]?.tags).toHaveLength(10);
  });

  it("refuses more than ten thousand rows as a whole", async ({ expect }) => {
    const context = await newContext();
    const csv = `destination_url\n${"https://example.com\n".repeat(IMPORT_ROWS_MAX + 1)}`;
    expect(await importRows(context, csv)).toEqual({
      ok: false,
      error: { reason: "csv_too_many_rows", limit: IMPORT_ROWS_MAX },
    });
    const store = linkStore(databaseOf(env.DB), context.access.workspace.id);
    expect(await allOf(store.walk())).toEqual([]);
  });

  it("refuses a plan without bulk creation, and one without room for all", async ({ expect }) => {
    const context = await newContext();
    const on = (plan: "free" | "pro"): LinkContext => ({
      ...context,
      access: { ...context.access, workspace: { ...context.access.workspace, plan } },
    });
    expect(await importRows(on("free"), fileOf({}))).toEqual({
      ok: false,
      error: { reason: "quota_exceeded", quota: "bulk", plan: "free", limit: 0, used: 1 },
    });
    const csv = `destination_url\n${"https://example.com\n".repeat(5_001)}`;
    expect(await importRows(on("pro"), csv)).toEqual({
      ok: false,
      error: { reason: "quota_exceeded", quota: "links", plan: "pro", limit: 5_000, used: 0 },
    });
  });

  it("an import can be reported again from what it made", async ({ expect }) => {
    const context = await newContext();
    const [taken, code] = [newCode(), newCode()];
    await makeLink(await newContext(), { code: taken });
    const csv = [
      "destination_url,short_code",
      `https://example.com/1,${code}`,
      "https://example.com/2,",
      `https://example.com/3,${code}`,
      `https://example.com/4,${taken}`,
      `nowhere,${taken}`,
    ].join("\n");
    const report = await imported(context, csv);
    // Rows 2 to 5 could be read, and row 6 could not.
    const [one, two] = report.links;
    const made = [one ?? null, two ?? null, null, null];
    expect(await reportAgain(context, csv, made)).toEqual({ ok: true, value: report });
  });
});
