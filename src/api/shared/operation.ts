/**
 * Operations: all that a dialect answers. A route exists only as a row of its dialect's table, from
 * which it is mounted; the OpenAPI documents, the reference and the tests of access are made from
 * the same rows.
 */

import type { Context, MiddlewareHandler } from "hono";
import type * as z from "zod";

import type { Role } from "../../access/access.ts";
import type { DialectApp, DialectEnvironment } from "./dialect.ts";
import type { Requirement } from "./guard.ts";
import type { BodyRules } from "./validate.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A body that an operation reads: how it may come, and what it must hold. */
export interface BodyContract<S extends z.ZodType = z.ZodType> extends BodyRules {
  readonly schema: S;
}

/** Part of an operation: answers the request, or prepares it for the next. */
export type Step<E extends DialectEnvironment> =
  | MiddlewareHandler<E>
  | MiddlewareHandler<DialectEnvironment>;

/** What an operation was sent, validated; undefined where its row has no schema. */
export interface Sent<Q extends z.ZodType, B extends z.ZodType> {
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/** What clients must know of an operation. */
export interface OperationContract {
  readonly method: Method;
  /** The path below the dialect's prefix, with parameters as `:name`. */
  readonly path: string;
  /** Who may call it; null lets everybody in. */
  readonly requires: Requirement | null;
  /** The lowest role in the workspace that its path names. */
  readonly inWorkspace?: Role;
  readonly query?: z.ZodType;
  readonly body?: BodyContract;
}

/** A row of a dialect's table. */
export interface Operation<E extends DialectEnvironment> extends OperationContract {
  /** In the order in which they run. The guard of `requires` is the first. */
  readonly steps: readonly Step<E>[];
}

/** A table of operations. Each is named by the id that it has in the OpenAPI document. */
export type Operations<E extends DialectEnvironment> = Readonly<Record<string, Operation<E>>>;

/** Makes the last step of an operation: its answer to what the steps before have validated. */
export function answering<
  E extends DialectEnvironment,
  P extends string,
  Q extends z.ZodType,
  B extends z.ZodType,
>(answer: (c: Context<E, P>, sent: Sent<Q, B>) => Response | Promise<Response>): Step<E> {
  return async (c: Context<E, P>) =>
    answer(c, { query: valid(c, "query"), body: valid(c, "json") } as Sent<Q, B>);
}

function valid<E extends DialectEnvironment>(c: Context<E>, target: "query" | "json"): unknown {
  return (c.req.valid as (name: string) => unknown).call(c.req, target);
}

/** Mounts the operations of a table. On one path, a literal segment goes before a parameter. */
export function mountOperations<E extends DialectEnvironment>(
  app: DialectApp<E>,
  operations: Operations<E>,
): void {
  const inOrder = Object.values(operations).toSorted((a, b) => byPath(a.path, b.path));
  for (const { method, path, steps } of inOrder) {
    app.on(method, [path], ...(steps as readonly MiddlewareHandler<E>[]));
  }
}

/** Orders paths as they are mounted: so that `/links/export` comes before `/links/:id`, which matches it too. */
export function byPath(one: string, other: string): number {
  return sortKey(one) < sortKey(other) ? -1 : 1;
}

/** Returns a path whose parameters sort after every literal segment. */
function sortKey(path: string): string {
  return path.replaceAll(/:\w+/g, "\uffff");
}
