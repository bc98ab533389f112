/**
 * Gives schemas their doc comments as descriptions, while a bundle is made for the documents. The
 * Worker's own bundle has none of it.
 */

import { readFile } from "node:fs/promises";

import type { Plugin } from "esbuild";
import { type Comment, parseSync } from "oxc-parser";

const MODULE = "described-schema";

/** What a comment describes may also be no schema: a function, a text. */
const DESCRIBE = `export const described = (value, description) =>
  value?._zod === undefined ? value : value.meta({ description });`;

export const DOC_COMMENTS: Plugin = {
  name: "doc-comments",
  setup(esbuild) {
    esbuild.onResolve({ filter: new RegExp(`^${MODULE}$`) }, () => ({
      path: MODULE,
      namespace: MODULE,
    }));
    esbuild.onLoad({ filter: /./, namespace: MODULE }, () => ({ contents: DESCRIBE }));
    esbuild.onLoad({ filter: /[\\/]src[\\/].+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!source.includes(`from "zod"`)) return undefined;
      return { contents: withDescriptions(path, source), loader: "ts" };
    });
  },
};

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Property extends Node {
  readonly kind: string;
  readonly method: boolean;
  readonly shorthand: boolean;
  readonly key: Node;
  readonly value: Node;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/**
 * Returns a module in which the value of each property and of each constant with a doc comment is
 * described by it.
 */
export function withDescriptions(file: string, source: string): string {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  const insertions: Insertion[] = [];
  const describe = (value: Node, doc: string, before = ""): void => {
    insertions.push({ at: value.start, text: `${before}described(` });
    insertions.push({ at: value.end, text: `, ${JSON.stringify(doc)})` });
  };
  for (const node of nodesIn(program as unknown as Node)) {
    const doc = docBefore(source, docs, node.start);
    if (doc === null) continue;
    if (node.type === "Property") {
      const { kind, method, shorthand, key, value } = node as Property;
      if (kind !== "init" || method) continue;
      describe(value, doc, shorthand ? `${source.slice(key.start, key.end)}: ` : "");
    } else {
      const constant = constantOf(node);
      if (constant !== null) describe(constant, doc);
    }
  }
  const described = insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), source);
  return `import { described } from "${MODULE}";\n${described}`;
}

function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield* nodesIn(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** Returns the value of the only constant that a statement declares. */
function constantOf({ type, ...node }: Node): Node | null {
  const declaration = type === "ExportNamedDeclaration" ? node["declaration"] : { type, ...node };
  if (!isNode(declaration) || declaration.type !== "VariableDeclaration") return null;
  const declarators = declaration["declarations"] as readonly { readonly init: Node | null }[];
  return declarators.length === 1 ? (declarators[0]?.init ?? null) : null;
}

/** Returns the text of the doc comment that ends right before a place. */
function docBefore(source: string, docs: readonly Comment[], at: number): string | null {
  const doc = docs.findLast(({ end }) => end <= at);
  if (doc === undefined || source.slice(doc.end, at).trim() !== "") return null;
  const lines = doc.value.slice(1).split("\n");
  return lines
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join("\n")
    .trim()
    .replaceAll(/(?<!\n)\n(?!\n)/g, " ");
}
