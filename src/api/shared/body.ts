/**
 * Reads a request's body within a limit: as JSON or, where a route allows it, as a form or text.
 */

import type { HonoRequest } from "hono";

import { err, ok, type Result } from "../../platform/result.ts";
import type { ShellFailure } from "./failure.ts";

const BODY_BYTES_MAX = 64 * 1024;
/** No documented body is deeper than 8. Code that walks or writes a body may then use recursion. */
const BODY_DEPTH_MAX = 32;

export interface BodyOptions {
  readonly limitBytes?: number;
  /**
   * Whether to accept the two form encodings too: every field is then a string, and files are
   * refused.
   */
  readonly forms?: boolean;
  /**
   * Text types to accept too, and with them a form with one file: the value is then the text itself,
   * UTF-8 or, if its byte order mark says so, UTF-16.
   */
  readonly textTypes?: readonly string[];
  /** Whether to treat a missing body as an empty object. */
  readonly optional?: boolean;
}

/** Reads the whole body, and discards one that turns out to be too large. */
export async function readBody(
  request: HonoRequest,
  {
    limitBytes = BODY_BYTES_MAX,
    forms = false,
    textTypes = [],
    optional = false,
  }: BodyOptions = {},
): Promise<Result<unknown, ShellFailure>> {
  if (optional && !hasBody(request)) {
    keepForHono(request, "{}");
    return ok({});
  }
  const contentType = request.header("Content-Type") ?? "";
  const type = mediaTypeOf(request);
  const isJson = type === "application/json" || type.endsWith("+json");
  const isText = textTypes.includes(type);
  const isUpload = textTypes.length > 0 && type === "multipart/form-data";
  if (!isJson && !isText && !isUpload && !(forms && isForm(request))) {
    const accepted = ["application/json", ...textTypes];
    if (textTypes.length > 0) accepted.push("multipart/form-data");
    if (forms) accepted.push("application/x-www-form-urlencoded", "multipart/form-data");
    return err({ reason: "body_type_unsupported", accepted });
  }
  const bytes = await readBytes(request.raw, limitBytes);
  if (bytes === null) return err({ reason: "body_too_large", limitBytes });
  try {
    if (isText) return ok(decodeText(bytes));
    if (isUpload) return await uploadedText(bytes, contentType);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    if (!isJson) return ok(await formFields(bytes, contentType));
    keepForHono(request, text);
    const value: unknown = JSON.parse(text);
    if (!isDeeperThan(value, BODY_DEPTH_MAX)) return ok(value);
    const problem = `it is nested more than ${BODY_DEPTH_MAX} levels deep`;
    return err({ reason: "body_malformed", problem });
  } catch {
    const wanted = isText ? "UTF-8 or UTF-16" : isJson ? "JSON" : "form data";
    const problem = bytes.length === 0 ? "it is empty" : `it is not valid ${wanted}`;
    return err({ reason: "body_malformed", problem });
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}

/** Whether the body says that it is a form, in either encoding. */
export function isForm(request: HonoRequest): boolean {
  const type = mediaTypeOf(request);
  return type === "application/x-www-form-urlencoded" || type === "multipart/form-data";
}

function mediaTypeOf(request: HonoRequest): string {
  return (request.header("Content-Type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export function hasBody({ raw }: HonoRequest): boolean {
  return raw.body !== null && raw.headers.get("Content-Length") !== "0";
}

/** Stores the text where Hono looks before it reads the stream, which has already been consumed. */
function keepForHono(request: HonoRequest, text: string): void {
  // Typed as a string but used as a promise: test/api/shared/validate.test.ts pins Hono's behavior.
  Object.assign(request.bodyCache, { text: Promise.resolve(text) });
}

async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get("Content-Length") ?? 0) > limitBytes) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A chunked body declares no length, so count the bytes received.
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

/** Decodes a text. Excel's "Unicode Text" is UTF-16; both encodings lose their byte order mark. */
function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  const label = isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8";
  return new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(bytes);
}

/** Reads the one file of a form; a field counts as one, since some programs send files so. */
async function uploadedText(
  bytes: Uint8Array,
  contentType: string,
): Promise<Result<string, ShellFailure>> {
  const response = new Response(bytes, { headers: { "Content-Type": contentType } });
  const [first, second] = [...(await response.formData()).values()];
  if (first === undefined || second !== undefined) {
    return err({ reason: "body_malformed", problem: "a form must hold one file and nothing else" });
  }
  if (typeof first === "string") return ok(first);
  return ok(decodeText(new Uint8Array(await first.arrayBuffer())));
}
