/**
 * The references of all APIs are typed to the last field, and their examples are what the Worker
 * reads. test/scripts/reference/ checks the documents that are made of them.
 */

import { describe, it } from "vitest";
import * as z from "zod";

import { references } from "../../src/api/references.ts";
import type { OtherAnswer } from "../../src/api/shared/reference.ts";

const rows = references.flatMap((api) =>
  Object.entries(api.operations).flatMap(([id, operation]) => {
    const reference = api.reference[id];
    return reference === undefined ? [] : [{ name: `${api.title}: ${id}`, operation, reference }];
  }),
);

/**
 * JSON of a client's own, as it gets it back; and what a condition wants and met, which is a list, a
 * text or a number.
 */
const ANYTHING =
  /\.(?:failed\[\]\.input|appleAppSiteAssociation|assetLinks|passedOver\[\]\.(?:wanted|met))$/;

const isSchema = (answer: z.ZodType | OtherAnswer | null): answer is z.ZodType =>
  answer instanceof z.ZodType;

/** Lists the places of a JSON schema that allow anything at all. */
function holes(schema: unknown, place: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { description: _, $schema: _1, ...said } = schema as Record<string, unknown>;
  if (Object.keys(said).length === 0) return [place];
  const { properties = {}, items, additionalProperties, anyOf = [], prefixItems = [] } = said;
  return [
    ...Object.entries(properties as object).flatMap(([key, one]) => holes(one, `${place}.${key}`)),
    ...(anyOf as unknown[]).flatMap((one) => holes(one, place)),
    ...(prefixItems as unknown[]).flatMap((one) => holes(one, place)),
    ...holes(items, `${place}[]`),
    // Fields beside those that are named may be anything.
    ...(Object.keys(properties as object).length > 0
      ? []
      : holes(additionalProperties, `${place}{}`)),
  ];
}

describe.for(references)("the reference of the $title", (api) => {
  it("shows each operation once", ({ expect }) => {
    const described = Object.keys(api.reference).sort();
    expect(api.resources.flatMap(({ operations }) => operations).sort()).toEqual(described);
  });

  it("has no field of which nothing is said in what its operations share", ({ expect }) => {
    const shared = Object.entries({ failure: api.failure, ...api.schemas });
    const found = shared.flatMap(([name, schema]) => holes(z.toJSONSchema(schema), name));
    expect(found.filter((place) => !ANYTHING.test(place))).toEqual([]);
  });
});

describe.for(rows)("$name", ({ operation, reference }) => {
  const { query = operation.query, body = operation.body?.schema, example = {} } = reference;
  const answers = Object.values(reference.answers);

  it("has no field of which nothing is said", ({ expect }) => {
    const requests = [query, body].flatMap((schema) =>
      schema === undefined ? [] : holes(z.toJSONSchema(schema, { io: "input" }), "sent"),
    );
    const shown = answers
      .filter(isSchema)
      .flatMap((schema) => holes(z.toJSONSchema(schema, { io: "output" }), "shown"));
    const found = [...requests, ...shown].filter((place) => !ANYTHING.test(place));
    expect(found).toEqual([]);
  });

  it("has an example that its operation reads", ({ expect }) => {
    const { schema } = operation.body ?? {};
    if (schema === undefined || example.body === undefined) return;
    expect(schema.safeParse(example.body).error?.issues ?? []).toEqual([]);
  });
});
