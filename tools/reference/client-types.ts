/**
 * Writes what the TypeScript client knows of the API, from its document. openapi-typescript would,
 * but it needs the compiler of TypeScript 5.
 */

import type { Document, OperationObject, Parameter, Schema } from "./document.ts";

/** Returns the module `operations.ts` of the client. */
export function clientTypes({ paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)};\n`,
  );
  const rows = operations.map(({ operation }) => operationType(operation));
  const routes = operations.map(({ path, method, operation }) => {
    const once = parametersIn(operation, "header").some(({ name }) => name === "Idempotency-Key");
    const paged = Object.values(operation.responses).some(({ headers = {} }) => "Link" in headers);
    const route = { method: method.toUpperCase(), path, once, paged };
    return `  ${operation.operationId}: ${JSON.stringify(route)},\n`;
  });
  return `/** Made by \`npm run reference\` from the OpenAPI document. */

${schemas.join("\n")}
/** The operations of the API: what each may be sent, and what it answers. */
export interface Operations {
${rows.join("")}}

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Whether it takes an \`Idempotency-Key\`. */
  readonly once: boolean;
  /** Whether its answer may name a next page. */
  readonly paged: boolean;
}

export const routes: Readonly<Record<keyof Operations, Route>> = {
${routes.join("")}};
`;
}

function operationType(operation: OperationObject): string {
  const { operationId, summary, requestBody } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  const isRequired = requestBody?.required === true;
  const parts = [
    parametersType("path", parametersIn(operation, "path")),
    parametersType("query", parametersIn(operation, "query")),
    parametersType("headers", parametersIn(operation, "header")),
    body === undefined ? "" : `readonly body${isRequired ? "" : "?"}: ${typeOf(body)};`,
    `readonly answer: ${answerType(operation)};`,
  ];
  return `${comment(summary)}${operationId}: { ${parts.join(" ")} };\n`;
}

function parametersIn({ parameters = [] }: OperationObject, place: Parameter["in"]) {
  return parameters.filter((parameter) => parameter.in === place);
}

function parametersType(name: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return "";
  const isRequired = parameters.some(({ required }) => required === true);
  const fields = parameters.map(({ name: field, required, description, schema }) =>
    fieldType(field, { ...schema, ...(description !== undefined && { description }) }, required),
  );
  return `readonly ${name}${isRequired ? "" : "?"}: { ${fields.join(" ")} };`;
}

/** The client asks for JSON, and gets text only where there is no JSON. */
function answerType({ responses }: OperationObject): string {
  const types = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .map(([, { content }]) => {
      if (content === undefined) return "undefined";
      const json = content["application/json"];
      return json === undefined ? "string" : typeOf(json.schema);
    });
  return [...new Set(types)].join(" | ");
}

function fieldType(name: string, schema: Schema, isRequired = false): string {
  return `${comment(schema.description)}readonly ${JSON.stringify(name)}${isRequired ? "" : "?"}: ${typeOf(schema)};`;
}

function typeOf(schema: Schema): string {
  const { $ref, type, anyOf, oneOf, allOf, properties, items, prefixItems } = schema;
  if ($ref !== undefined) return $ref.replace("#/components/schemas/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return union(choices.map(typeOf));
  if (allOf !== undefined) return `(${allOf.map(typeOf).join(" & ")})`;
  if (Array.isArray(type)) return union(type.map((one) => typeOf({ ...schema, type: one })));
  switch (type) {
    case "object":
      return objectType(schema, properties);
    case "array":
      if (prefixItems !== undefined) return `readonly [${prefixItems.map(typeOf).join(", ")}]`;
      return `readonly ${parenthesized(typeOf(items ?? {}))}[]`;
    case "integer":
      return "number";
    case "string":
    case "number":
    case "boolean":
    case "null":
      return type;
    default:
      return "unknown";
  }
}

function objectType(
  { required = [], additionalProperties }: Schema,
  properties: Schema["properties"] = {},
): string {
  const fields = Object.entries(properties);
  if (fields.length === 0) {
    const values =
      typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown";
    return `Readonly<Record<string, ${values}>>`;
  }
  return `{ ${fields.map(([name, field]) => fieldType(name, field, required.includes(name))).join(" ")} }`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].map(parenthesized).join(" | ");
}

/** An array's type binds more tightly than the parts of most others. */
function parenthesized(type: string): string {
  return /^[\w"]+$/.test(type) ? type : `(${type})`;
}

function comment(text: string | undefined): string {
  return text === undefined
    ? ""
    : `\n/** ${text.replaceAll("*/", "*\\/").replaceAll("\n", " ")} */\n`;
}
