/** The OpenAPI documents say what the tables of operations say, and validate. */

import { beforeAll, describe, it } from "vitest";
import * as z from "zod";

import type { ApiReference } from "../../../src/api/shared/reference.ts";
import type { Document, OperationObject } from "../../../tools/reference/document.ts";
import { wrongExamples } from "../../../tools/reference/examples.ts";
import { lintDocument } from "../../../tools/reference/lint.ts";
import { loadReferences, type Source } from "../../../tools/reference/load.ts";
import { documentOf } from "../../../tools/reference/openapi.ts";

const point = z.strictObject({ x: z.int(), label: z.string().optional() });

const PLANS = { free: { features: { export: false } }, pro: { features: { export: true } } };

/** An API with one of everything. */
const API: ApiReference = {
  name: "points",
  address: "/points/openapi.json",
  title: "Points",
  description: "Of points.",
  prefix: "/points",
  operations: {
    movePoint: {
      method: "PATCH",
      path: "/:id/:part{[0-9]+}",
      requires: { who: "account", scope: "points:move", role: "manager", features: ["export"] },
      query: z.object({ by: z.coerce.number<string>().pipe(z.int()), far: z.string().optional() }),
      body: { schema: point, form: z.object({ x: z.string() }), textTypes: ["text/csv"] },
    },
    health: { method: "GET", path: "/health", requires: null },
  },
  reference: {
    movePoint: {
      summary: "Move a point",
      answers: { 200: point, 202: null },
      text: { 200: "Its label." },
      fails: { 404: "There is no such point." },
      params: { id: "The point." },
      headers: ["Idempotency-Key"],
      example: {
        params: { id: "p", part: "1" },
        query: { by: "2" },
        body: { x: 1 },
        answer: { x: 3 },
      },
    },
    health: {
      summary: "Ask",
      answers: { 200: { contentType: "text/plain", description: "A word." } },
      example: { answer: "ok" },
    },
  },
  resources: [{ title: "All", description: "All points.", operations: ["movePoint", "health"] }],
  schemas: { Point: point },
  failure: z.looseObject({ code: z.string() }),
  failsAlways: ({ requires }) => (requires === null ? {} : { 404: "Unknown.", 429: "Too fast." }),
};

function documented(api: ApiReference = API): Document {
  return documentOf(api, { version: "1.0.0", plans: PLANS, zod: z });
}

function move(): OperationObject | undefined {
  return documented().paths["/points/{id}/{part}"]?.["patch"];
}

describe("a document", () => {
  it("validates with one of everything in it", async ({ expect }) => {
    expect(await lintDocument(documented())).toEqual([]);
  });

  it("says who may call an operation", ({ expect }) => {
    expect(move()).toMatchObject({
      security: [
        { token: ["points:move"] },
        { apiKey: ["points:move"] },
        { session: ["points:move"] },
      ],
      "x-scopes": ["points:move"],
      "x-role": "manager",
      "x-plans": ["pro"],
    });
    expect(documented().paths["/points/health"]?.["get"]?.security).toEqual([]);
  });

  it("lists path, query and headers with their examples", ({ expect }) => {
    expect(move()?.parameters).toMatchObject([
      { name: "id", in: "path", required: true, description: "The point.", example: "p" },
      { name: "part", in: "path", required: true, example: "1" },
      { name: "by", in: "query", required: true, example: 2 },
      { name: "far", in: "query", required: false },
      { name: "Idempotency-Key", in: "header", required: false },
      { name: "Signpost-Workspace", in: "header" },
    ]);
  });

  it("lists each type in which a body may come", ({ expect }) => {
    expect(Object.keys(move()?.requestBody?.content ?? {})).toEqual([
      "application/json",
      "text/csv",
      "multipart/form-data",
      "application/x-www-form-urlencoded",
    ]);
  });

  it("lists all answers and failures, with their headers", ({ expect }) => {
    const { responses = {} } = move() ?? {};
    expect(Object.keys(responses)).toEqual(["200", "202", "404", "429"]);
    expect(responses["200"]?.content).toEqual({
      "application/json": { schema: { $ref: "#/components/schemas/Point" }, example: { x: 3 } },
      "text/plain": { schema: { type: "string", description: "Its label." } },
    });
    expect(responses["202"]).not.toHaveProperty("content");
    expect(responses["404"]?.description).toBe("There is no such point. Unknown.");
    expect(Object.keys(responses["429"]?.headers ?? {})).toContain("Retry-After");
    expect(Object.keys(responses["200"]?.headers ?? {})).toContain("Idempotent-Replayed");
  });

  it("lets answers get fields, and does not show what a client need not know", ({ expect }) => {
    expect(documented().components.schemas["Point"]).toEqual({
      type: "object",
      properties: { x: { type: "integer" }, label: { type: "string" } },
      required: ["x"],
    });
  });

  it("names a schema twice only if it reads another thing than it answers", ({ expect }) => {
    const size = z.object({ width: z.number().default(1) });
    const box = z.object({ size, name: z.string() });
    const both: ApiReference = {
      ...API,
      operations: { makeBox: { method: "POST", path: "/", requires: null, body: { schema: box } } },
      reference: { makeBox: { summary: "Make a box", answers: { 201: z.array(box) } } },
      resources: [{ title: "Boxes", description: "", operations: ["makeBox"] }],
      schemas: { Box: box, Size: size },
    };
    const { schemas } = documented(both).components;
    expect(Object.keys(schemas).sort()).toEqual(["Box", "BoxInput", "Size", "SizeInput"]);
    expect(schemas["BoxInput"]?.properties?.["size"]).toEqual({
      $ref: "#/components/schemas/SizeInput",
    });
    expect(schemas["Size"]?.required).toEqual(["width"]);
  });

  it("is refused for an operation without words, or words without an operation", ({ expect }) => {
    const [resource] = API.resources;
    expect(() => documented({ ...API, reference: {} })).toThrow("movePoint has no words");
    const resources = [{ title: "All", description: "", ...resource, operations: ["lost"] }];
    expect(() => documented({ ...API, resources })).toThrow("lost, which does not exist");
  });
});

describe("a wrong example", () => {
  const withExample = (example: object): ApiReference => {
    const { movePoint } = API.reference;
    const wrong = { ...movePoint?.example, ...example };
    return {
      ...API,
      reference: { movePoint: { summary: "", answers: { 200: point }, example: wrong } },
    };
  };

  it("is found wherever it is", ({ expect }) => {
    expect(wrongExamples(API)).toEqual([]);
    const expectProblem = (example: object, problem: string): void => {
      expect(wrongExamples(withExample(example))).toEqual([expect.stringContaining(problem)]);
    };
    expectProblem({ body: { x: "1" } }, 'body of its example is wrong at "x"');
    expectProblem({ answer: { x: 1, y: 2 } }, "answer of its example is wrong");
    expectProblem({ query: {} }, 'query of its example is wrong at "by"');
    expectProblem({ params: { id: "p" } }, "lacks part");
    expectProblem({ params: { id: "p", part: "1", more: "2" } }, "has no more");
  });
});

describe("the documents of this version", () => {
  let source: Source;
  beforeAll(async () => {
    ({ source } = await loadReferences());
  }, 60_000);

  it("validate", { timeout: 60_000 }, async ({ expect }) => {
    for (const api of source.references) {
      const document = documentOf(api, { version: "1.0.0", ...source });
      expect([api.name, await lintDocument(document)]).toEqual([api.name, []]);
    }
  });

  it("have only right examples", ({ expect }) => {
    expect(source.references.flatMap(wrongExamples)).toEqual([]);
  });

  it("describe fields by the comments in the source", ({ expect }) => {
    const native = source.references.find(({ name }) => name === "native");
    const document = native && documentOf(native, { version: "1.0.0", ...source });
    expect(document?.components.schemas["Tag"]?.properties?.["objectId"]?.description).toContain(
      "RevoLink",
    );
  });
});
