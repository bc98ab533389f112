/** Reads a request's fields from its JSON body, its query, or either. */

import type { HonoRequest, MiddlewareHandler } from "hono";

import { err, ok, type Result } from "../../platform/result.ts";
import { hasBody, readBody } from "../shared/body.ts";
import type { RawFields } from "../shared/dialect.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { refuse, type RevolinkRefusal } from "./errors.ts";

export type FieldSource =
  | "query"
  /**
   * Apple Shortcuts cannot send a body with DELETE. The body's value of a field takes precedence.
   */
  | "body_or_query"
  | { readonly bodyBytesMax: number };

export const SMALL_BODY_BYTES_MAX = 64 * 1024;

/** Reads the fields of a request into the context, without checking their values. */
export function fieldsFrom(source: FieldSource): MiddlewareHandler<RevolinkEnvironment> {
  return async (c, next) => {
    const fields = await fieldsOf(c.req, source);
    if (!fields.ok) return refuse(c, fields.error);
    c.set("fields", fields.value);
    await next();
    return undefined;
  };
}

async function fieldsOf(
  request: HonoRequest,
  source: FieldSource,
): Promise<Result<RawFields, RevolinkRefusal>> {
  if (typeof source === "object") return bodyFields(request, source.bodyBytesMax);
  const query = Object.fromEntries(new URL(request.url).searchParams);
  if (source === "query" || !hasBody(request)) return ok(query);
  const body = await bodyFields(request, SMALL_BODY_BYTES_MAX);
  return body.ok ? ok({ ...query, ...body.value }) : body;
}

async function bodyFields(
  request: HonoRequest,
  limitBytes: number,
): Promise<Result<RawFields, RevolinkRefusal>> {
  const body = await readBody(request, { limitBytes });
  if (!body.ok) return body;
  const { value } = body;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? ok(value as RawFields)
    : err({ reason: "body_not_an_object" });
}
