/** Reads a request's body within a limit, as JSON or, where a route says so, as a form or a text. */

import { err, ok, type Result } from "../../platform/result.ts";
import type { ShellFailure } from "./failure.ts";

const BODY_BYTES_MAX = 64 * 1024;

export interface BodyOptions {
  readonly limitBytes?: number;
  /** Also accept the two form encodings: every field is then a string, and files are refused. */
  readonly forms?: boolean;
  /** Also accept a text of this type: the value is then the text itself. */
  readonly textType?: string;
}

export interface Body {
  readonly text: string;
  readonly value: unknown;
}

/** Reads the whole body; a body that turns out too large is not kept. */
export async function readBody(
  request: Request,
  { limitBytes = BODY_BYTES_MAX, forms = false, textType }: BodyOptions = {},
): Promise<Result<Body, ShellFailure>> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isJson = type === "application/json" || type.endsWith("+json");
  const isForm = type === "application/x-www-form-urlencoded" || type === "multipart/form-data";
  const isText = textType !== undefined && type === textType;
  if (!isJson && !isText && !(forms && isForm)) {
    const accepted = ["application/json"];
    if (textType !== undefined) accepted.push(textType);
    if (forms) accepted.push("application/x-www-form-urlencoded", "multipart/form-data");
    return err({ code: "body_type_unsupported", accepted });
  }
  const bytes = await readBytes(request, limitBytes);
  if (bytes === null) return err({ code: "body_too_large", limitBytes });
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    if (isText) return ok({ text, value: text });
    return ok({ text, value: isJson ? JSON.parse(text) : await formFields(bytes, contentType) });
  } catch {
    const wanted = isText ? "UTF-8" : isJson ? "JSON" : "form data";
    const reason = bytes.length === 0 ? "it is empty" : `it is not valid ${wanted}`;
    return err({ code: "body_malformed", reason });
  }
}

async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get("Content-Length") ?? 0) > limitBytes) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A chunked body declares no length: count what really comes.
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limitBytes) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function formFields(bytes: Uint8Array, contentType: string): Promise<unknown> {
  const response = new Response(bytes, { headers: { "Content-Type": contentType } });
  const form = await response.formData();
  const fields: [string, string][] = [];
  for (const [name, value] of form) {
    if (typeof value !== "string") throw new TypeError("A file is not a field.");
    fields.push([name, value]);
  }
  return Object.fromEntries(fields);
}
