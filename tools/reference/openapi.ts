/** Makes an API's OpenAPI document from its reference. */

import type * as z from "zod";

import type {
  AnswerHeader,
  ApiReference,
  DescribedOperation,
  OtherAnswer,
  Reference,
  RequestHeader,
} from "../../src/api/shared/reference.ts";
import type {
  Content,
  Document,
  Header,
  OperationObject,
  Parameter,
  ResponseObject,
  Schema,
  SecurityScheme,
} from "./document.ts";
import type { Source } from "./load.ts";
import { createSchemas, type Schemas } from "./schemas.ts";

export interface Edition {
  readonly version: string;
  readonly plans: Source["plans"];
  readonly zod: Source["zod"];
}

/** Returns the document of an API. Throws if it tells of an operation that has no words. */
export function documentOf(api: ApiReference, { version, plans, zod }: Edition): Document {
  const schemas = createSchemas(zod, { Failure: api.failure, ...api.schemas });
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const { title, operations } of api.resources) {
    for (const id of operations) {
      const operation = api.operations[id];
      const reference = api.reference[id];
      if (operation === undefined) throw new Error(`${title} names ${id}, which does not exist.`);
      if (reference === undefined) throw new Error(`${id} has no words in the reference.`);
      const path = documentPath(api.prefix + operation.path);
      const described = { api, id, operation, reference, tag: title, plans, schemas };
      (paths[path] ??= {})[operation.method.toLowerCase()] = operationObject(described);
    }
  }
  const { headers, securitySchemes } = usedIn(paths);
  return schemas.settle({
    openapi: "3.1.1",
    info: {
      title: api.title,
      version,
      description: api.description,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The installation that serves this document." }],
    tags: api.resources.map(({ title, description }) => ({ name: title, description })),
    paths,
    components: { schemas: {}, headers, securitySchemes },
  });
}

/** Returns the components that some operations use. */
function usedIn(paths: Document["paths"]): Omit<Document["components"], "schemas"> {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const schemes = new Set(operations.flatMap(({ security }) => security.flatMap(Object.keys)));
  const headers = new Set(
    operations
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap((response) => Object.keys(response.headers ?? {})),
  );
  return { headers: pick(HEADERS, headers), securitySchemes: pick(SECURITY_SCHEMES, schemes) };
}

function pick<T>(all: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}

interface Described {
  readonly api: ApiReference;
  readonly id: string;
  readonly operation: DescribedOperation;
  readonly reference: Reference;
  readonly tag: string;
  readonly plans: Source["plans"];
  readonly schemas: Schemas;
}

function operationObject(described: Described): OperationObject {
  const { id, operation, reference, tag, plans } = described;
  const { requires, inWorkspace } = operation;
  const role = requires?.role ?? inWorkspace;
  const parameters = parametersOf(described);
  const requestBody = requestBodyOf(described);
  const including = plansWith(plans, requires?.features ?? []);
  return {
    operationId: id,
    summary: reference.summary,
    ...(reference.description !== undefined && { description: reference.description }),
    tags: [tag],
    security: securityOf(requires),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== undefined && { requestBody }),
    responses: responsesOf(described),
    ...(requires?.scope !== undefined && { "x-scopes": [requires.scope] }),
    ...(role !== undefined && { "x-role": role }),
    ...(including !== null && { "x-plans": including }),
  };
}

/** Returns a path with its parameters as OpenAPI writes them. */
function documentPath(path: string): string {
  return path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
}

/** Names the parameters of a path. */
export function pathParameters(path: string): readonly string[] {
  return Array.from(documentPath(path).matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
}

/** Names the plans that include all of some features; null if every plan does. */
function plansWith(plans: Source["plans"], features: readonly string[]): readonly string[] | null {
  const including = Object.entries(plans)
    .filter(([, terms]) => features.every((feature) => terms.features[feature]))
    .map(([plan]) => plan);
  return including.length === Object.keys(plans).length ? null : including;
}

function securityOf(requires: DescribedOperation["requires"]): OperationObject["security"] {
  if (requires === null) return [];
  const scopes = requires.scope === undefined ? [] : [requires.scope];
  switch (requires.who) {
    case "operator":
      return [{ operator: [] }];
    case "session":
      return [{ session: [] }];
    case "token":
      return [{ token: scopes }, { apiKey: scopes }];
    case "account":
      return [{ token: scopes }, { apiKey: scopes }, { session: scopes }];
  }
}

function parametersOf({ operation, reference, schemas, id }: Described): Parameter[] {
  const { params = {}, headers = [], example } = reference;
  const inPath = pathParameters(operation.path).map((name): Parameter => {
    const value = example?.params?.[name];
    return {
      name,
      in: "path",
      required: true,
      ...(params[name] !== undefined && { description: params[name] }),
      schema: { type: "string" },
      ...(value !== undefined && { example: value }),
    };
  });
  const query = reference.query ?? operation.query;
  const inHeader = headers.map((name): Parameter => ({
    name,
    in: "header",
    required: false,
    ...REQUEST_HEADERS[name],
  }));
  const isForWorkspace = operation.requires !== null && operation.requires.who !== "operator";
  if (isForWorkspace) inHeader.push({ name: "Signpost-Workspace", in: "header", ...WORKSPACE });
  return [
    ...inPath,
    ...(query === undefined
      ? []
      : queryParameters(query, { id, schemas, example: example?.query })),
    ...inHeader,
  ];
}

function queryParameters(
  query: z.ZodType,
  {
    id,
    schemas,
    example,
  }: Pick<Described, "id" | "schemas"> & {
    readonly example: Readonly<Record<string, string>> | undefined;
  },
): Parameter[] {
  const { properties, required = [] } = schemas.convert(query, "input");
  if (properties === undefined) {
    throw new Error(`${id}: its query is no plain object. Give one in its reference.`);
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
    ...(example?.[name] !== undefined && { example: valueOf(example[name], schema) }),
  }));
}

/** Returns a value that a query writes as a text. */
function valueOf(text: string, { type }: Schema): unknown {
  return type === "integer" || type === "number" || type === "boolean" ? JSON.parse(text) : text;
}

const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data"];

function requestBodyOf({
  operation,
  reference,
  schemas,
}: Described): OperationObject["requestBody"] {
  const { body } = operation;
  const described = reference.body ?? body?.schema;
  if (described === undefined) return undefined;
  const schema = schemas.convert(described, "input");
  const example = reference.example?.body;
  const content: Record<string, Content[string]> = {
    "application/json": { schema, ...(example !== undefined && { example }) },
  };
  for (const type of body?.textTypes ?? []) content[type] = { schema: { type: "string" } };
  if (body?.textTypes !== undefined) content["multipart/form-data"] = { schema: UPLOAD };
  if (body?.forms === true || body?.form !== undefined) {
    const form = body.form === undefined ? schema : schemas.convert(body.form, "input");
    for (const type of FORM_TYPES) content[type] ??= { schema: form };
  }
  const kilobytes = (body?.limitBytes ?? 64 * 1024) / 1024;
  return {
    required: body?.optional !== true,
    description: `At most ${kilobytes.toLocaleString("en")} KB.`,
    content,
  };
}

/** A form with one file, whatever the field's name. */
const UPLOAD: Schema = {
  type: "object",
  properties: { file: { type: "string", format: "binary" } },
  required: ["file"],
};

function responsesOf(described: Described): Record<string, ResponseObject> {
  const { api, operation, reference, schemas } = described;
  const { answers, answerHeaders = [], headers = [] } = reference;
  const named = new Set<AnswerHeader>(answerHeaders);
  if (headers.includes("Idempotency-Key")) named.add("Idempotent-Replayed");
  if (headers.includes("If-Match") || headers.includes("If-None-Match")) named.add("ETag");
  const responses: Record<string, ResponseObject> = {};
  const [first] = Object.keys(answers);
  for (const [status, answer] of Object.entries(answers)) {
    const example = status === first ? reference.example?.answer : undefined;
    const text = reference.text?.[Number(status)];
    responses[status] = {
      description: descriptionOf(answer, status),
      headers: headerObjects(["X-Request-Id", ...named]),
      ...(answer !== null && { content: contentOf(answer, { schemas, example, text }) }),
    };
  }
  const always = api.failsAlways(operation, reference);
  for (const status of new Set([...Object.keys(always), ...Object.keys(reference.fails ?? {})])) {
    const reasons = [reference.fails?.[Number(status)], always[Number(status)]];
    const mayRetry = status === "429" || status === "503";
    responses[status] = {
      description: reasons.filter((reason) => reason !== undefined).join(" "),
      headers: headerObjects(["X-Request-Id", ...(mayRetry ? (["Retry-After"] as const) : [])]),
      content: { "application/json": { schema: schemas.convert(api.failure, "output") } },
    };
  }
  return responses;
}

/** Tells a body that is no JSON from a schema. */
export function isOther(answer: z.ZodType | OtherAnswer): answer is OtherAnswer {
  return "contentType" in answer;
}

function descriptionOf(answer: z.ZodType | OtherAnswer | null, status: string): string {
  if (answer !== null && isOther(answer)) return answer.description;
  return REASONS[status] ?? "Success.";
}

const REASONS: Readonly<Record<string, string>> = {
  200: "Success.",
  201: "It was created.",
  202: "It was accepted.",
  204: "Success, without a body.",
  207: "Some were done, and some were not.",
  302: "A redirect.",
  304: "It has not changed.",
};

function contentOf(
  answer: z.ZodType | OtherAnswer,
  {
    schemas,
    example,
    text,
  }: {
    readonly schemas: Schemas;
    readonly example: unknown;
    /** What `Accept: text/plain` is answered with, in words. */
    readonly text: string | undefined;
  },
): Content {
  const shown = example !== undefined && { example };
  const plain: Schema = { type: "string", ...(text !== undefined && { description: text }) };
  return isOther(answer)
    ? { [answer.contentType]: { schema: { type: "string" }, ...shown } }
    : {
        "application/json": { schema: schemas.convert(answer, "output"), ...shown },
        ...(text !== undefined && { "text/plain": { schema: plain } }),
      };
}

const TEXT: Schema = { type: "string" };

const HEADERS: Readonly<Record<AnswerHeader | "Retry-After" | "X-Request-Id", Header>> = {
  ETag: { description: "The version that was answered, for `If-Match`.", schema: TEXT },
  "Idempotent-Replayed": {
    description: "`true` if an earlier request with this `Idempotency-Key` did it.",
    schema: { const: "true" },
  },
  Link: { description: 'The next page, with `rel="next"`; absent on the last.', schema: TEXT },
  "Retry-After": {
    description: "How many seconds to wait before the next try.",
    schema: { type: "integer" },
  },
  "Signpost-Live-By": {
    description: "When the change has reached every place at the latest.",
    schema: { type: "string", format: "date-time" },
  },
  "X-Request-Id": {
    description: "Names the request in the log. One that is sent is kept.",
    schema: TEXT,
  },
};

function headerObjects(
  names: readonly (keyof typeof HEADERS)[],
): Readonly<Record<string, { readonly $ref: string }>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const WORKSPACE = {
  description: "The id of the workspace to act in. Without it, the token's own.",
  schema: { type: "string", format: "uuid" },
} as const;

const REQUEST_HEADERS: Readonly<Record<RequestHeader, Pick<Parameter, "description" | "schema">>> =
  {
    "Idempotency-Key": {
      description:
        "A text of your choice that makes the request safe to repeat: for 24 hours, the same key with the same body answers what the first one did.",
      schema: { type: "string", minLength: 1, maxLength: 255 },
    },
    "If-Match": {
      description:
        "The `ETag` of the version to change. If there is a newer one, nothing is changed.",
      schema: TEXT,
    },
    "If-None-Match": {
      description: "The `ETag` that is known already: if it still holds, the answer is 304.",
      schema: TEXT,
    },
    "X-Goal-Secret": { description: "The secret of the goal.", schema: TEXT },
  };

const SECURITY_SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  token: {
    type: "http",
    scheme: "bearer",
    description: "An API token: `Authorization: Bearer pp_…`.",
  },
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
    description: "The same API token, in a header of its own.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-signpost.session_token",
    description:
      "A browser's session, from sign-in. Over plain http the cookie is `signpost.session_token`. Changes need the site's own `Origin`.",
  },
  operator: {
    type: "http",
    scheme: "bearer",
    description: "The installation's `ADMIN_TOKEN`.",
  },
};
