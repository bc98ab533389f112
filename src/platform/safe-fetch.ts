/**
 * The only way to call a URL that a client supplied. It cannot be turned against a private network
 * or this service, follows no redirects, and bounds both time and memory.
 *
 * It cannot pin the address it checked: a name that resolves differently a moment later (DNS
 * rebinding) is left to the platform, whose Workers have no private network of their own.
 */

import { isAddress, isPublicAddress } from "./addresses.ts";
import { resolveAddresses, type Resolver } from "./dns.ts";
import { err, ok, type Result } from "./result.ts";

export interface OutboundPolicy extends Resolver {
  /** Allows http, any port and private addresses, without resolving: for local development only. */
  readonly allowPrivate: boolean;
  /** What a failing resolver means; `refuse` when absent. `allow` is for checks that repeat. */
  readonly whenDnsFails?: "refuse" | "allow";
  /**
   * Whether a host is this service. Called with lower case, without the root's dot, and with a
   * port, which is empty for the scheme's own.
   */
  isOwnHost(hostname: string, port: string): boolean | Promise<boolean>;
}

export type BlockReason =
  | "not_a_url"
  | "scheme"
  | "credentials"
  | "port"
  | "own_host"
  /** A name that only a local network resolves. */
  | "private_name"
  /** An address outside the public internet, written out or found by its name. */
  | "private_address"
  | "name_not_found"
  | "dns_failed";

export interface OutboundRequest {
  /** GET when absent. */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Covers the whole exchange after the check, including a body that is not optional. */
  readonly timeoutMs?: number;
  /** How much of the response body is kept; the rest is never read. */
  readonly bodyBytesMax?: number;
  /**
   * Makes the body optional, for callers to whom the status is the answer: after so long, or if it
   * cannot be read, what has arrived of it is kept. Without it, the body must arrive whole.
   */
  readonly bodyWaitMs?: number;
}

/** A response of any status, including a redirect, which is never followed. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Whether there was more of the body than was kept. */
  readonly truncated: boolean;
  readonly ms: number;
}

export type OutboundFailure =
  | { readonly reason: "blocked"; readonly problem: BlockReason }
  /** `status` is null if no status line arrived before the timeout. */
  | { readonly reason: "timeout"; readonly status: number | null; readonly ms: number }
  | { readonly reason: "network"; readonly status: number | null; readonly ms: number };

/** What calls itself by this name is this service, or another installation of it. */
export const USER_AGENT = "Signpost/1.0";
const TIMEOUT_MS_DEFAULT = 10_000;
const BODY_BYTES_MAX_DEFAULT = 20_000;

const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

/**
 * Decides whether a URL may be called, resolving its host name.
 *
 * `safeFetch` checks again each time: a name that was public when it was stored may have moved.
 */
export async function checkTarget(
  text: string,
  policy: OutboundPolicy,
): Promise<Result<URL, BlockReason>> {
  const url = URL.parse(text);
  if (url === null) return err("not_a_url");
  const reason = (await writtenReason(url, policy)) ?? (await resolvedReason(url, policy));
  return reason === null ? ok(url) : err(reason);
}

/**
 * Checks a URL that a client supplied, then sends it one request.
 *
 * Any behaviour of the remote host is a value; only headers that HTTP cannot carry throw.
 */
export async function safeFetch(
  text: string,
  request: OutboundRequest,
  policy: OutboundPolicy,
): Promise<Result<OutboundResponse, OutboundFailure>> {
  const target = await checkTarget(text, policy);
  if (!target.ok) return err({ reason: "blocked", problem: target.error });
  return send(target.value, request, policy.fetch ?? fetch);
}

async function writtenReason(url: URL, policy: OutboundPolicy): Promise<BlockReason | null> {
  const { allowPrivate } = policy;
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:")) return "scheme";
  if (url.username !== "" || url.password !== "") return "credentials";
  const hostname = bareHostname(url);
  // The default port of the scheme is the empty string.
  if (url.port !== "" && !allowPrivate) return "port";
  if (await policy.isOwnHost(hostname, url.port)) return "own_host";
  if (allowPrivate) return null;
  if (isAddress(hostname)) return isPublicAddress(hostname) ? null : "private_address";
  return LOCAL_NAME.test(hostname) || !hostname.includes(".") ? "private_name" : null;
}

async function resolvedReason(url: URL, policy: OutboundPolicy): Promise<BlockReason | null> {
  const hostname = bareHostname(url);
  if (policy.allowPrivate || isAddress(hostname)) return null;
  const addresses = await resolveAddresses(hostname, policy);
  if (addresses.ok) return addresses.value.every(isPublicAddress) ? null : "private_address";
  if (addresses.error === "not_found") return "name_not_found";
  return policy.whenDnsFails === "allow" ? null : "dns_failed";
}

function bareHostname(url: URL): string {
  return url.hostname.replace(/\.+$/, "");
}

async function send(
  url: URL,
  request: OutboundRequest,
  sendRequest: NonNullable<Resolver["fetch"]>,
): Promise<Result<OutboundResponse, OutboundFailure>> {
  const startedMs = Date.now();
  const signal = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS_DEFAULT);
  const init = initOf(request, signal);
  let status: number | null = null;
  try {
    const response = await beforeAbort(signal, sendRequest(url.href, init));
    status = response.status;
    const bytesMax = request.bodyBytesMax ?? BODY_BYTES_MAX_DEFAULT;
    const { bodyWaitMs } = request;
    const body =
      bodyWaitMs === undefined
        ? await readUpTo(bytesMax, response.body, signal)
        : await readUpTo(bytesMax, response.body, AbortSignal.timeout(bodyWaitMs), true);
    return ok({ status, headers: response.headers, ...body, ms: Date.now() - startedMs });
  } catch {
    const reason = signal.aborted ? "timeout" : "network";
    return err({ reason, status, ms: Date.now() - startedMs });
  }
}

function initOf({ method = "GET", headers, body }: OutboundRequest, signal: AbortSignal) {
  const sent = new Headers(headers);
  sent.delete("cookie");
  sent.set("user-agent", USER_AGENT);
  return {
    method,
    headers: sent,
    redirect: "manual",
    signal,
    ...(body === undefined ? {} : { body }),
  } satisfies RequestInit;
}

async function readUpTo(
  bytesMax: number,
  stream: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
  isOptional = false,
): Promise<Pick<OutboundResponse, "body" | "truncated">> {
  if (stream === null) return { body: new Uint8Array(), truncated: false };
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= bytesMax) {
      const { done, value } = await beforeAbort(signal, reader.read());
      if (done) return { body: joined(chunks, length), truncated: false };
      chunks.push(value);
      length += value.length;
    }
  } catch (error) {
    if (!isOptional) throw error;
  } finally {
    // Closes the connection; not awaited, since a stuck sender may never acknowledge it.
    reader.cancel().catch(() => {});
  }
  return { body: joined(chunks, length).subarray(0, bytesMax), truncated: true };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Waits until the signal aborts at the latest, even for work that ignores the signal. */
async function beforeAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
