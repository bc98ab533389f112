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

export function envelope(result: unknown): Readonly<Record<string, unknown>> {
  const info = Array.isArray(result)
    ? { result_info: { page: 1, per_page: 100, count: result.length, total_count: result.length } }
    : {};
  return { success: true, errors: [], messages: [], result, ...info };
}

export function failure(code: number, message: string): Readonly<Record<string, unknown>> {
  return { success: false, errors: [{ code, message }], messages: [], result: null };
}
