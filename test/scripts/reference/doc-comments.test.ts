/** Doc comments in the source become descriptions in the documents. */

import { runInNewContext } from "node:vm";

import { describe, it } from "vitest";
import * as z from "zod";

import { withDescriptions } from "../../../tools/reference/doc-comments.ts";

/** What `described` of a bundle does, without a bundle. */
function described(value: unknown, description: string): unknown {
  return value instanceof z.ZodType ? value.meta({ description }) : value;
}

/** Runs the text of a module without types, and returns what it calls `result`. */
function run(source: string): z.ZodType {
  const [, ...lines] = withDescriptions("contract.ts", source).split("\n");
  const body = lines.join("\n").replaceAll("export const", "const");
  return runInNewContext(`${body}; result`, { z, described }) as z.ZodType;
}

function schemaOf(source: string): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(run(source));
}

describe("a doc comment", () => {
  it("describes a constant", ({ expect }) => {
    const schema = schemaOf(`/** A name on links. */ export const result = z.object({});`);
    expect(schema.description).toBe("A name on links.");
  });

  it("describes a property, whatever its value is made of", ({ expect }) => {
    const { properties } = schemaOf(`
      const name = z.string();
      const result = z.object({
        /** The tag's "name". */
        name,
        /** One of \`0\` and \`1\`. */
        kind: z.union([z.literal(0), z.literal(1)]).optional(),
        /** Its place. */
        place: z.object({ /** Inside. */ x: z.number() }),
        none: z.string(),
      });`);
    expect(properties).toMatchObject({
      name: { description: `The tag's "name".` },
      kind: { description: "One of `0` and `1`." },
      place: { description: "Its place.", properties: { x: { description: "Inside." } } },
    });
    expect(properties?.["none"]).not.toHaveProperty("description");
  });

  it("keeps its paragraphs, and joins the lines of each", ({ expect }) => {
    const { description } = schemaOf(`
      /**
       * One sentence
       * on two lines.
       *
       * - a point
       */
      const result = z.object({});`);
    expect(description).toBe("One sentence on two lines.\n\n- a point");
  });

  it("changes nothing that is no schema", ({ expect }) => {
    const source = `
      /** How many. */
      const COUNT_MAX = 3;
      const table = {
        /** Adds one. */
        add: (n) => n + 1,
        /** Is a method. */
        twice() { return 2; },
      };
      // Not a doc comment.
      const result = z.array(z.number()).max(table.add(COUNT_MAX) * table.twice());`;
    expect(schemaOf(source)).toMatchObject({ maxItems: 8 });
    expect(schemaOf(source)).not.toHaveProperty("description");
  });

  it("of something else is not taken for the next", ({ expect }) => {
    const schema = schemaOf(`/** Of the module. */ "use strict"; const result = z.string();`);
    expect(schema).not.toHaveProperty("description");
  });

  it("of a reused schema describes only that use", ({ expect }) => {
    const { properties } = schemaOf(`
      /** A time. */
      const time = z.string();
      const result = z.object({ /** When it began. */ from: time, to: time });`);
    expect(properties).toMatchObject({
      from: { description: "When it began." },
      to: { description: "A time." },
    });
  });
});
