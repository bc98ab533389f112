/** The tables of routes in our Markdown, made from the documents between two comments. */

import type { Document, OperationObject } from "./document.ts";
import type { PublishedDocument } from "./site.ts";

/** The files that have tables. */
export const TABLED: readonly string[] = [
  "README.md",
  "docs/api-pvtlnk.md",
  "docs/api-revolink.md",
];

/** A table: of the resources of an API, or of its calls. */
type Kind = "resources" | "calls";

const TABLE = /(<!-- (resources|calls) of (\w+) -->\n)[^]*?(<!-- end -->)/g;

/** Returns a text with the tables that it marks made anew: `<!-- calls of pvtlnk --> … <!-- end -->`. */
export function withRouteTables(text: string, documents: readonly PublishedDocument[]): string {
  return text.replaceAll(TABLE, (_all, begin: string, kind: Kind, name: string, end: string) => {
    const document = documents.find((one) => one.name === name)?.document;
    if (document === undefined) throw new Error(`There is no API named ${name}.`);
    const table = kind === "resources" ? resourceTable(document) : callTable(document);
    return `${begin}\n${table}\n\n${end}`;
  });
}

function resourceTable({ tags, paths }: Document): string {
  const rows = tags.map(({ name, description }) => {
    const routes = Object.entries(paths).flatMap(([path, methods]) => {
      const own = Object.entries(methods).filter(([, { tags: of }]) => of.includes(name));
      return own.length === 0
        ? []
        : [`\`${own.map(([method]) => method.toUpperCase()).join(" ")} ${routeOf(path)}\``];
    });
    return [name, routes.join(" · "), description];
  });
  return tableOf(["resource", "routes", "what it is"], rows);
}

function callTable({ paths }: Document): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [
      `\`${method.toUpperCase()} ${routeOf(path)}\``,
      needsOf(operation),
      [`${operation.summary}.`, operation.description ?? ""].join(" ").trim(),
    ]),
  );
  return tableOf(["route", "needs", "what it does"], rows);
}

function needsOf({ security, "x-scopes": scopes = [], "x-role": role }: OperationObject): string {
  const [first] = security;
  if (first === undefined) return "";
  const scheme = Object.keys(first)[0] ?? "";
  const credential = scheme === "operator" ? "`ADMIN_TOKEN`" : `any ${scheme}`;
  const parts = scopes.length > 0 ? scopes.map((scope) => `\`${scope}\``) : [credential];
  return [...parts, ...(role === undefined ? [] : [role])].join(", ");
}

/** Writes a path as the rest of our documents do. */
function routeOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll(/\s*\n+\s*/g, " ").replaceAll("|", String.raw`\|`)).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
