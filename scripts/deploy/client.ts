/**
 * A client of Cloudflare's API. It reads error codes, never texts; repeats what can be repeated
 * without harm; and gives up on an answer that does not come.
 */

import { Trouble } from "../../tools/trouble.ts";

export interface ClientOptions {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sleep: (ms: number) => Promise<void>;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Client {
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  /** Reads all pages of a list. */
  list(path: string, query?: Readonly<Record<string, string>>): Promise<readonly Row[]>;
  /** PUT, PATCH and DELETE may be repeated; POST is repeated only if Cloudflare did not run it. */
  send(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: Row): Promise<unknown>;
  /** A POST that changes nothing, which may be repeated as well. */
  ask(path: string, body: Row): Promise<unknown>;
}

/** An answer that says no, or no answer at all (status 0). */
export class ApiError extends Trouble {
  readonly status: number;
  readonly codes: readonly number[];

  constructor(what: string, status: number, codes: readonly number[], reason: string) {
    super(`Cloudflare refused ${what}: ${reason}`);
    this.status = status;
    this.codes = codes;
  }

  /** Whether the token may not do this. */
  get isDenied(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** Whether it may have been done all the same. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;
/** The most that every list of the API allows. */
const PER_PAGE = 50;

interface Reply {
  readonly result: unknown;
  readonly info: { readonly total_count?: number };
}

export function createClient({ base, headers, sleep }: ClientOptions): Client {
  async function call(
    method: string,
    path: string,
    body: Row | null,
    repeat: boolean,
  ): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await once(method, path, body);
      if (!(outcome instanceof Refused)) return outcome;
      const { error, retryAfterMs } = outcome;
      const again = error.status === 429 || (repeat && error.isUncertain);
      if (!again || attempt === ATTEMPTS) throw error;
      await sleep(Math.min(retryAfterMs ?? 1_000 * 2 ** (attempt - 1), LONGEST_WAIT_MS));
    }
  }

  async function once(method: string, path: string, body: Row | null): Promise<Reply | Refused> {
    const what = `${method} ${path.replace(/^\/accounts\/\w+/, "")}`;
    try {
      const response = await fetch(base + path, {
        method,
        headers: { ...headers, ...(body === null ? {} : { "content-type": "application/json" }) },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return read(what, response, await response.text());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return new Refused(new ApiError(what, 0, [], `no answer (${reason})`), null);
    }
  }

  return {
    get: async (path, query = {}) => (await call("GET", withQuery(path, query), null, true)).result,
    async list(path, query = {}) {
      const rows: Row[] = [];
      for (let page = 1; ; page += 1) {
        const paged = { ...query, page: String(page), per_page: String(PER_PAGE) };
        const { result, info } = await call("GET", withQuery(path, paged), null, true);
        const found = result as readonly Row[];
        rows.push(...found);
        if (found.length === 0 || rows.length >= (info.total_count ?? rows.length)) return rows;
      }
    },
    send: async (method, path, body) =>
      (await call(method, path, body ?? null, method !== "POST")).result,
    ask: async (path, body) => (await call("POST", path, body, true)).result,
  };
}

class Refused {
  readonly error: ApiError;
  readonly retryAfterMs: number | null;

  constructor(error: ApiError, retryAfterMs: number | null) {
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

function read(what: string, response: Response, body: string): Reply | Refused {
  // Some deletions have nothing to say.
  if (response.ok && body === "" && what.startsWith("DELETE ")) return { result: null, info: {} };
  const answer = envelopeIn(body);
  if (response.ok && answer?.success === true) {
    return { result: answer.result, info: answer.result_info ?? {} };
  }
  const errors = answer?.errors ?? [];
  const codes = errors.map(({ code }) => code);
  const reason =
    errors.length > 0
      ? errors.map(({ code, message }) => `${message} (code ${code})`).join("; ")
      : "its answer is not one of Cloudflare's API";
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new Refused(
    new ApiError(what, response.status, codes, `${reason}, status ${response.status}`),
    Number.isFinite(seconds) ? seconds * 1_000 : null,
  );
}

interface Envelope {
  readonly success?: boolean;
  readonly result?: unknown;
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
  readonly result_info?: { readonly total_count?: number };
}

function envelopeIn(body: string): Envelope | null {
  try {
    return JSON.parse(body) as Envelope;
  } catch {
    return null;
  }
}

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** Reads a field that the API gives as text. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
