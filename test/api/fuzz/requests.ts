/** Requests of one operation: valid by its documents, nearly valid, and hostile. */

import fc from "fast-check";

import type { ApiReference } from "../../../src/api/shared/reference.ts";
import { spoiled, uglyName, uglyText, uglyValue, valuesOf, withIds } from "./values.ts";

/** Who sends a request. */
export type Sender = "token" | "api key" | "session" | "weak token" | "operator" | "nobody";

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly sender: Sender;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** The ids of what exists, by the segment of the path behind which they stand. */
export interface Known {
  of(segment: string): fc.Arbitrary<string>;
  /** Ids of anything. */
  readonly any: fc.Arbitrary<string>;
}

/** Makes requests of an operation of an API. */
export function requestsOf(api: ApiReference, id: string, known: Known): fc.Arbitrary<FuzzRequest> {
  const operation = api.operations[id];
  const reference = api.reference[id];
  if (operation === undefined || reference === undefined) throw new Error(`There is no ${id}.`);
  const { method } = operation;
  const query = reference.query ?? operation.query;
  const body = reference.body ?? operation.body?.schema;
  const { example = {} } = reference;
  const idsFor = (field: string): fc.Arbitrary<string> => known.of(segmentOf(field));
  return fc
    .record({
      path: pathsOf(api.prefix + operation.path, known),
      query: queriesOf(
        query === undefined ? null : valuesOf(query, idsFor),
        withIds(example.query ?? {}, idsFor),
      ),
      sender: sendersOf(operation.requires?.who ?? null),
      headers: headersOf(reference.headers ?? [], known),
      content:
        body === undefined
          ? mostly(fc.constant(NOTHING), contentsOf(uglyValue, null))
          : contentsOf(
              valuesOf(body, idsFor),
              isObject(example.body) ? withIds(example.body, idsFor) : null,
            ),
    })
    .map(({ path, query: search, sender, headers, content }) => {
      const { type, body: sent } = method === "GET" ? NOTHING : content;
      return {
        method,
        path: search === "" ? path : `${path}?${search}`,
        sender,
        headers: { ...headers, ...(type !== null && { "Content-Type": type }) },
        body: sent,
      };
    });
}

/** Names the segment of a path behind which the ids of a field stand: `links` for `linkId`. */
function segmentOf(field: string): string {
  return `${field.replace(/_?ids?$/i, "")}s`;
}

function mostly<T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: other });
}

function pathsOf(path: string, known: Known): fc.Arbitrary<string> {
  let before = "";
  const segments = path.split("/").map((segment) => {
    if (!segment.startsWith(":")) {
      before = segment;
      return fc.constant(segment);
    }
    return fc.oneof(
      { weight: 6, arbitrary: known.of(before) },
      { weight: 1, arbitrary: known.any },
      { weight: 1, arbitrary: uglyText.map((text) => encodeURIComponent(text.toWellFormed())) },
      { weight: 1, arbitrary: fc.constantFrom("%00", "%ff", "%", "%zz", "..", ".", "*", "a%2Fb") },
    );
  });
  return fc.tuple(...segments).map((parts) => parts.join("/"));
}

function queriesOf(
  valid: fc.Arbitrary<unknown> | null,
  example: fc.Arbitrary<unknown>,
): fc.Arbitrary<string> {
  const given = valid ?? fc.constant({});
  const wellFormed = fc.oneof(example, given).map(pairsIn);
  const more = fc.array(fc.tuple(uglyName, uglyText), { minLength: 1, maxLength: 3 });
  const spoiledPairs = given.chain(spoiled).map(pairsIn);
  const twice = given.map((value) => [...pairsIn(value), ...pairsIn(value)]);
  return fc.oneof(
    { weight: 6, arbitrary: wellFormed.map(searchOf) },
    { weight: 2, arbitrary: spoiledPairs.map(searchOf) },
    { weight: 1, arbitrary: twice.map(searchOf) },
    {
      weight: 1,
      arbitrary: fc.tuple(wellFormed, more).map(([one, other]) => searchOf([...one, ...other])),
    },
    { weight: 1, arbitrary: fc.constantFrom("", "%", "&&=", "a=%ff", "limit=1&limit=2", "?") },
  );
}

function pairsIn(value: unknown): [string, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => [name, textOf(one).slice(0, 2000)]);
}

function searchOf(pairs: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Most requests come from who may make them. */
function sendersOf(who: string | null): fc.Arbitrary<Sender> {
  const anybody = fc.constantFrom<Sender>("nobody", "weak token", "session", "token", "operator");
  switch (who) {
    case "operator":
      return mostly(fc.constant("operator"), anybody);
    case "session":
      return mostly(fc.constant("session"), anybody);
    case "token":
      return mostly(fc.constantFrom("token", "api key"), anybody);
    default:
      return mostly(fc.constantFrom("token", "api key", "session"), anybody);
  }
}

function headersOf(
  names: readonly string[],
  known: Known,
): fc.Arbitrary<Readonly<Record<string, string>>> {
  const ugly = fc.constantFrom("", "*", '"', 'W/"1", "2"', "a,b", "ÿ", "x".repeat(400), "-1", "{}");
  const values: Record<string, fc.Arbitrary<string>> = {
    "Idempotency-Key": fc.oneof(fc.constantFrom("k1", '"k2"', "k3", "k4"), ugly),
    "If-Match": fc.oneof(fc.constantFrom('"1"', 'W/"1"', "*", '"2", "1"'), ugly),
    "If-None-Match": fc.oneof(fc.constantFrom('"1"', 'W/"1"', "*"), ugly),
    "X-Goal-Secret": ugly,
    "Signpost-Workspace": fc.oneof(known.of("workspaces"), ugly),
    Accept: fc.constantFrom("text/plain", "application/json", "*/*;q=0", "text/html", "x"),
    "X-Request-Id": fc.oneof(fc.constant("request-0001"), ugly),
    Origin: fc.constantFrom("https://sign.test", "null", "https://evil.example"),
  };
  const one = (name: string): fc.Arbitrary<readonly [string, string]> =>
    (values[name] ?? ugly).map((value) => [name, value] as const);
  const own = fc.subarray([...names]);
  const common = fc.subarray(["Signpost-Workspace", "Accept", "X-Request-Id", "Origin"], {
    maxLength: 1,
  });
  return fc
    .tuple(own, mostly(fc.constant<string[]>([]), common))
    .chain(([some, others]) => fc.tuple(...[...some, ...others].map(one)))
    .map((entries) => Object.fromEntries(entries));
}

interface Content {
  readonly type: string | null;
  readonly body: string | null;
}

const NOTHING: Content = { type: null, body: null };

const MULTIPART = "multipart/form-data; boundary=b";

function contentsOf(
  valid: fc.Arbitrary<unknown>,
  example: fc.Arbitrary<Record<string, unknown>> | null,
): fc.Arbitrary<Content> {
  const mixed =
    example === null
      ? valid
      : fc.oneof(
          example,
          fc
            .tuple(example, valid)
            .map(([one, value]) => (isObject(value) ? { ...one, ...value } : value)),
        );
  const values = fc.oneof(
    { weight: 4, arbitrary: mixed },
    { weight: 2, arbitrary: valid },
    { weight: 4, arbitrary: mixed.chain(spoiled) },
    { weight: 1, arbitrary: uglyValue },
  );
  const json = values.map((value) => ({ type: "application/json", body: jsonOf(value) }));
  return fc.oneof(
    { weight: 16, arbitrary: json },
    {
      weight: 2,
      arbitrary: values.map((value) => ({
        type: "application/x-www-form-urlencoded",
        body: searchOf(pairsIn(value)),
      })),
    },
    {
      weight: 1,
      arbitrary: values.map((value) => ({ type: MULTIPART, body: multipartOf(pairsIn(value)) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("text/plain", "text/csv", "", "json", "application/xml"), uglyText)
        .map(([type, body]) => ({ type, body })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          "",
          "{",
          "\ufeff{}",
          "nul",
          '{"a":1,"a":2}',
          '{"__proto__":1}',
          "[".repeat(9000),
          '{"a":"\\ud800"}',
          "1e999",
        )
        .map((body) => ({ type: "application/json; charset=utf-16", body })),
    },
    { weight: 1, arbitrary: fc.constant(NOTHING) },
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `undefined` and what JSON does not write become null. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

function multipartOf(pairs: readonly (readonly [string, string])[]): string {
  const parts = pairs.map(
    ([name, value]) =>
      `--b\r\nContent-Disposition: form-data; name="${name.replaceAll(/["\r\n]/g, "")}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join("")}--b--\r\n`;
}
