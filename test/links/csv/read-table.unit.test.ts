import { describe, it } from "vitest";

import { loadPapaparse } from "../../../src/links/csv/load-papaparse.ts";
import { readTable } from "../../../src/links/csv/read-table.ts";

const FORM = {
  columns: ["destination_url", "title"],
  required: "destination_url",
  rowsMax: 100,
} as const;

async function read(csv: string) {
  return readTable(csv, FORM, await loadPapaparse());
}

/** The non-empty cells of each row. */
async function cellsOf(csv: string) {
  const table = await read(csv);
  if (!table.ok) throw new Error(table.error.reason);
  return table.value.map(({ row, cells }) => [
    row,
    Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== "")),
  ]);
}

const TWO = [
  [2, { destination_url: "https://a.example", title: "A" }],
  [3, { destination_url: "https://b.example", title: "B" }],
];

describe("readTable", () => {
  it.for([
    ["LF", "destination_url,title\nhttps://a.example,A\nhttps://b.example,B"],
    ["CRLF", "destination_url,title\r\nhttps://a.example,A\r\nhttps://b.example,B\r\n"],
    ["CR", "destination_url,title\rhttps://a.example,A\rhttps://b.example,B"],
    ["both", 'destination_url,title\nhttps://a.example,"A"\r\nhttps://b.example,B\r\n'],
    ["a byte order mark", "\uFEFFdestination_url,title\nhttps://a.example,A\nhttps://b.example,B"],
    ["quotes", '"destination_url","title"\r\n"https://a.example","A"\r\n"https://b.example","B"'],
    ["capitals", "Destination_URL, TITLE \nhttps://a.example,A\nhttps://b.example,B"],
    [
      "other columns",
      "id,title,x,destination_url\n1,A,,https://a.example\n2,B,,https://b.example,, ,",
    ],
    ["semicolons", "destination_url;title\r\nhttps://a.example;A\r\nhttps://b.example;B"],
    ["tabs", "title\tdestination_url\nA\thttps://a.example\nB\thttps://b.example\n"],
    [
      "commas in other names",
      '"a,b",title,destination_url\n,A,https://a.example\n,B,https://b.example',
    ],
    ["a name twice", "destination_url,title,title\nhttps://a.example,A,C\nhttps://b.example,B,C"],
  ] as const)("reads a file with %s", async ([, csv], { expect }) => {
    expect(await cellsOf(csv)).toEqual(TWO);
  });

  it("reads cells that contain commas, quotes and line ends", async ({ expect }) => {
    const csv = 'title,destination_url\r\n"a, ""b""\r\nc\nd",https://a.example\r\n';
    expect(await cellsOf(csv)).toEqual([
      [2, { title: 'a, "b"\r\nc\nd', destination_url: "https://a.example" }],
    ]);
  });

  it("numbers rows as a spreadsheet does, and skips empty ones", async ({ expect }) => {
    const csv = "destination_url,title\n\nhttps://a.example,A\n,\n \nhttps://b.example\n\n";
    expect((await cellsOf(csv)).map(([row]) => row)).toEqual([3, 6]);
  });

  it("obeys Excel's line about its separator, and counts it as a row", async ({ expect }) => {
    const csv = "\uFEFFsep=;\r\ndestination_url;title\r\nhttps://a.example;A, B\r\n";
    expect(await cellsOf(csv)).toEqual([
      [3, { destination_url: "https://a.example", title: "A, B" }],
    ]);
  });

  it.for([
    ['destination_url,"a\rb",title\nhttps://a.example,x,A\nhttps://b.example,y,B'],
    ['"a\nb",destination_url,title\rx,https://a.example,A\ry,https://b.example,B'],
    ['"a\rb",destination_url,title\r\nx,https://a.example,A\r\ny,https://b.example,B\r\n'],
    ['"a""\r",destination_url,title\nx,https://a.example,A\ny,https://b.example,B'],
  ])("takes no line end within quotes for the file's: %j", async ([csv = ""], { expect }) => {
    expect(await cellsOf(csv)).toEqual(TWO);
  });

  it.for(["\u2028", "\u2029", "\u0085"])(
    "refuses a file whose line ends are %j, instead of reading no rows",
    async (end, { expect }) => {
      const csv = ["destination_url", "https://a.example", ""].join(end);
      expect(await read(`title,${csv}`)).toMatchObject({ ok: false });
      expect(await read(`destination_url,title${end}https://a.example,A`)).toEqual({
        ok: false,
        error: { reason: "csv_one_line" },
      });
    },
  );

  it("accepts a header without rows", async ({ expect }) => {
    expect(await read("destination_url,title\r\n")).toEqual({ ok: true, value: [] });
  });

  it("tells rows that have more cells than the header", async ({ expect }) => {
    const table = await read(
      "destination_url,title\nhttps://a.example,Hello, world\nhttps://b.example,B,,\nhttps://c.example",
    );
    expect(table.ok && table.value.map(({ row, isTooWide }) => [row, isTooWide])).toEqual([
      [2, true],
      [3, false],
      [4, false],
    ]);
  });

  it("replaces lone surrogates", async ({ expect }) => {
    expect(await cellsOf("destination_url,title\nx,\ud800")).toEqual([
      [2, { destination_url: "x", title: "\ufffd" }],
    ]);
  });

  it.for(["", "\uFEFF", "\n\n", "title,short_code\nA,b", "destination_url|title\nx|y"])(
    "refuses a file without destination_url: %j",
    async (csv, { expect }) => {
      expect(await read(csv)).toEqual({
        ok: false,
        error: { reason: "csv_column_missing", column: "destination_url" },
      });
    },
  );

  it.for([
    ["has no end", 'destination_url,title\nx,A\ny,"B\nz,C', 3],
    ["goes on after it", 'destination_url,title\nx,A\n"y"z,B\nz,C', 3],
  ] as const)("refuses a file with a quoted cell that %s", async ([, csv, row], { expect }) => {
    expect(await read(csv)).toEqual({ ok: false, error: { reason: "csv_malformed", row } });
  });

  it("accepts as many rows as the limit and refuses one more", async ({ expect }) => {
    const csv = `destination_url\n${"x\n".repeat(FORM.rowsMax)}`;
    expect((await cellsOf(csv)).length).toBe(FORM.rowsMax);
    expect(await read(`${csv}x`)).toEqual({
      ok: false,
      error: { reason: "csv_too_many_rows", limit: FORM.rowsMax },
    });
  });
});
