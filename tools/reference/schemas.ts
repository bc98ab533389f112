/** Turns the schemas of an API into JSON Schema, with those that have names as components. */

import type * as z from "zod";

import type { Document, Schema } from "./document.ts";
import type { Source } from "./load.ts";

/** Which side of a schema is described: what it reads, or what it gives. */
export type Side = "input" | "output";

export interface Schemas {
  /** Converts a schema. Its references hold only in a document that `settle` has finished. */
  convert(schema: z.ZodType, side: Side): Schema;
  /** Adds the named schemas to a document, and leads all references to them. */
  settle(document: Document): Document;
}

type Draft = { -readonly [K in keyof Schema]: Schema[K] };

/** Formats that say more than zod's patterns for them. */
const PLAIN_FORMATS = new Set(["uuid", "email", "date-time", "date", "uri"]);

export function createSchemas(
  zod: Source["zod"],
  named: Readonly<Record<string, z.ZodType>>,
): Schemas {
  for (const [id, schema] of Object.entries(named)) {
    zod.globalRegistry.add(schema, { ...zod.globalRegistry.get(schema), id });
  }
  const found: Record<Side, Map<string, Schema>> = { input: new Map(), output: new Map() };

  function convert(schema: z.ZodType, side: Side): Schema {
    const {
      $schema: _draft,
      $defs,
      ...converted
    } = zod.toJSONSchema(schema, {
      io: side,
      // What JSON cannot say is told by descriptions.
      unrepresentable: "any",
      override: ({ jsonSchema }) => tidy(jsonSchema as Draft, side),
    }) as Schema & { readonly $schema: string };
    for (const [name, { id: _id, ...defined }] of Object.entries($defs ?? {}) as [
      string,
      Schema & { readonly id?: string },
    ][]) {
      found[side].set(
        name,
        withReferences(defined, (ref) => onSide(ref, side)),
      );
    }
    return withReferences(converted, (ref) => onSide(ref, side));
  }

  /** Finds the named schemas whose sides differ: by themselves, or by what they refer to. */
  function twoSided(): ReadonlySet<string> {
    const differing = new Set<string>();
    const plain = (side: Side, name: string): string =>
      JSON.stringify(
        withReferences(found[side].get(name) ?? {}, (ref) => {
          const { name: to } = nameIn(ref);
          return differing.has(to) ? ref : to;
        }),
      );
    const both = [...found.input.keys()].filter((name) => found.output.has(name));
    for (let before = -1; before < differing.size;) {
      before = differing.size;
      for (const name of both) {
        if (plain("input", name) !== plain("output", name)) differing.add(name);
      }
    }
    return differing;
  }

  return {
    convert,
    settle(document) {
      const differing = twoSided();
      const finalName = (name: string, side: Side): string =>
        side === "input" && differing.has(name) ? `${name}Input` : name;
      const sides = ["output", "input"] as const;
      const schemas = Object.fromEntries(
        sides.flatMap((side) =>
          [...found[side]].map(([name, schema]) => [finalName(name, side), schema] as const),
        ),
      );
      const whole = { ...document, components: { ...document.components, schemas } };
      return withReferences(whole, (ref) => {
        if (ref.startsWith("#/components/")) return ref;
        const { side, name } = nameIn(ref);
        return `#/components/schemas/${finalName(name, side)}`;
      });
    },
  };
}

/** Removes from a JSON Schema what only zod needs to know. */
function tidy(schema: Draft, side: Side): void {
  if (schema.format !== undefined && PLAIN_FORMATS.has(schema.format)) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // Fields may be added to answers at any time.
  if (side === "output" && schema.additionalProperties === false) {
    delete schema.additionalProperties;
  }
}

function onSide(ref: string, side: Side): string {
  return ref.replace("#/$defs/", `#/${side}/`);
}

function nameIn(ref: string): { readonly side: Side; readonly name: string } {
  const [, side = "output", name = ""] = ref.split("/");
  return { side: side as Side, name };
}

function withReferences<T>(value: T, to: (ref: string) => string): T {
  return JSON.parse(JSON.stringify(value), (key, held: unknown) =>
    key === "$ref" && typeof held === "string" ? to(held) : held,
  ) as T;
}
