/** Cloudflare's envelope, and what a route of the loopback API is given. */

import type { Account, Permission } from "./account.ts";

export interface Asked {
  readonly account: Account;
  /** The groups of the route's pattern. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  /** The body: JSON, or the `metadata` part of an upload. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly needs?: Permission;
  readonly answer: (asked: Asked) => unknown;
}

/** An answer other than 200. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const PER_PAGE_MAX = 50;

/** Wraps a result. Lists come by the page, and no page is longer than Cloudflare allows. */
export function envelope(
  result: unknown,
  query: URLSearchParams,
): Readonly<Record<string, unknown>> {
  const wrapped = { success: true, errors: [], messages: [] };
  if (!Array.isArray(result)) return { ...wrapped, result };
  const page = Number(query.get("page") ?? "1");
  const perPage = Number(query.get("per_page") ?? "20");
  if (perPage > PER_PAGE_MAX) throw new Refusal(400, 7001, `per_page is at most ${PER_PAGE_MAX}`);
  const rows = result.slice((page - 1) * perPage, page * perPage) as readonly unknown[];
  const info = { page, per_page: perPage, count: rows.length, total_count: result.length };
  return { ...wrapped, result: rows, result_info: info };
}

export function failure(code: number, message: string): Readonly<Record<string, unknown>> {
  return { success: false, errors: [{ code, message }], messages: [], result: null };
}
