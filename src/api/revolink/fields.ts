/** Where the fields of a request are: in its JSON body, in its query, or in either. */

import { err, ok, type Result } from "../../platform/result.ts";
import { readBody } from "../shared/body.ts";
import type { RawFields } from "./environment.ts";
import type { RevolinkRefusal } from "./errors.ts";

export type FieldSource =
  | "query"
  /** Apple Shortcuts cannot send a body with DELETE; of a field given in both, the body's counts. */
  | "body_or_query"
  | { readonly bodyBytesMax: number };

const SMALL_BODY_BYTES_MAX = 64 * 1024;

/** Reads the fields; their values are anything. */
export async function fieldsOf(
  request: Request,
  source: FieldSource,
): Promise<Result<RawFields, RevolinkRefusal>> {
  if (typeof source === "object") return bodyFields(request, source.bodyBytesMax);
  const query = Object.fromEntries(new URL(request.url).searchParams);
  if (source === "query" || !hasBody(request)) return ok(query);
  const body = await bodyFields(request, SMALL_BODY_BYTES_MAX);
  return body.ok ? ok({ ...query, ...body.value }) : body;
}

async function bodyFields(
  request: Request,
  limitBytes: number,
): Promise<Result<RawFields, RevolinkRefusal>> {
  const body = await readBody(request, { limitBytes });
  if (!body.ok) return body;
  const { value } = body.value;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? ok(value as RawFields)
    : err({ code: "body_not_an_object" });
}

function hasBody(request: Request): boolean {
  return request.body !== null && request.headers.get("Content-Length") !== "0";
}
