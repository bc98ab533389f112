/** The samples of a call send what its example says, in whatever language a reader copies. */

import { spawnSync } from "node:child_process";
import { runInNewContext } from "node:vm";

import fc from "fast-check";
import { describe, it } from "vitest";

import type { OperationObject } from "../../../tools/reference/document.ts";
import { callOf, ORIGIN, samplesOf } from "../../../tools/reference/samples.ts";

const UGLY = [
  `it's "quoted"`,
  "$HOME `date` \\ \n\t",
  "Zürich & 東京 💚",
  "</script>",
  "a,b;c#d?e=f%20",
  "",
];

const text = fc.oneof(fc.constantFrom(...UGLY), fc.string({ unit: "binary" }).filter(isSayable));
/** No field has the name that JavaScript keeps for itself. */
const name = text.filter((one) => one !== "__proto__");
const body = fc.dictionary(name, fc.oneof(text, fc.boolean(), fc.constant(null), fc.array(text)));

/** An argument of a process cannot hold the character 0, and a lone half of one is lost. */
function isSayable(value: string): boolean {
  return !value.includes("\0") && value.isWellFormed();
}

function sample(language: string, operation: Partial<OperationObject>, method = "post"): string {
  const call = callOf("/api/links/{id}", method, {
    operationId: "x",
    summary: "",
    tags: [],
    security: [{ token: ["links:create"] }],
    responses: {},
    ...operation,
  });
  return samplesOf(call).find((one) => one.language === language)?.text ?? "";
}

function sending(example: unknown, id: string): Partial<OperationObject> {
  return {
    parameters: [
      { name: "id", in: "path", schema: {}, example: id },
      { name: "q", in: "query", schema: {}, example: id },
    ],
    requestBody: { required: true, content: { "application/json": { schema: {}, example } } },
  };
}

/** Returns the arguments that a shell gives to curl. */
function argumentsIn(script: string): readonly string[] {
  const program = `curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }\n${script}`;
  const env = { SIGNPOST_TOKEN: "pp_1" };
  const { stdout } = spawnSync("/bin/sh", ["-c", program], { encoding: "utf8", env });
  return stdout.split("\0").slice(0, -1);
}

describe("a sample", () => {
  it("of curl survives the shell", ({ expect }) => {
    fc.assert(
      fc.property(
        body,
        text.filter((id) => id !== ""),
        (sent, id) => {
          const [x, method, url = "", ...rest] = argumentsIn(sample("curl", sending(sent, id)));
          expect([x, method]).toEqual(["-X", "POST"]);
          const { pathname, searchParams } = new URL(url);
          expect(decodeURIComponent(pathname)).toBe(`/api/links/${id}`);
          expect(searchParams.get("q")).toBe(id);
          expect(rest.slice(0, -1)).toEqual([
            "-H",
            "Authorization: Bearer pp_1",
            "-H",
            "Content-Type: application/json",
            "-d",
          ]);
          expect(JSON.parse(rest.at(-1) ?? "")).toEqual(sent);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("of JavaScript runs", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const calls: unknown[][] = [];
        const fetch = async (...given: unknown[]): Promise<Response> => {
          calls.push(given);
          return new Response("{}");
        };
        const process = { env: { SIGNPOST_TOKEN: "pp_1" } };
        const script = sample("JavaScript", sending(sent, "1"));
        const globals = { fetch, process, console: { log: () => {} } };
        await runInNewContext(`(async () => {${script}})()`, globals);
        const [[url, options] = []] = calls as [string, { headers: object; body: string }][];
        expect(url).toBe(`${ORIGIN}/api/links/1?q=1`);
        expect(options?.headers).toMatchObject({ Authorization: "Bearer pp_1" });
        expect(JSON.parse(options?.body ?? "")).toEqual(JSON.parse(JSON.stringify(sent)));
      }),
      { numRuns: 50 },
    );
  });

  it("of Python, PHP and Go writes values as the language does", ({ expect }) => {
    const sent = { name: `it's a "\\`, on: true, off: null, list: [1, "ü"], none: {} };
    expect(sample("Python", sending(sent, "1"))).toContain(`json={
        "name": "it's a \\"\\\\",
        "on": True,
        "off": None,
        "list": [
            1,
            "ü",
        ],
        "none": {},
    },`);
    expect(sample("PHP", sending(sent, "1"))).toContain(`json_encode([
        'name' => 'it\\'s a "\\\\',
        'on' => true,
        'off' => null,
        'list' => [
            1,
            'ü',
        ],
        'none' => new stdClass(),
    ])`);
    expect(sample("Go", sending({ a: 1 }, "1"))).toContain('strings.NewReader(`{"a":1}`)');
    expect(sample("Go", sending({ a: "`" }, "1"))).toContain(
      'strings.NewReader("{\\"a\\":\\"`\\"}")',
    );
  });

  it("authenticates as the call demands", ({ expect }) => {
    const curl = (security: OperationObject["security"], method: string): string =>
      sample("curl", { security }, method);
    expect(curl([{ session: [] }], "post")).toContain('-H "Cookie: $SIGNPOST_COOKIE"');
    expect(curl([{ session: [] }], "post")).toContain(`-H 'Origin: ${ORIGIN}'`);
    expect(curl([{ session: [] }], "get")).not.toContain("Origin");
    expect(curl([{ operator: [] }], "get")).toContain('"Authorization: Bearer $ADMIN_TOKEN"');
    expect(curl([], "get")).toBe(`curl '${ORIGIN}/api/links/{id}'`);
  });
});
