/**
 * Validates a request's content after the guard has passed. Handlers then find it in
 * `c.req.valid("json" | "query")`; failures go to the dialect's own `refuse`.
 */

import { zValidator } from "@hono/zod-validator";
import type { Context, MiddlewareHandler } from "hono";
import type * as z from "zod";

import "./zod-words.ts";
import { type BodyOptions, isForm, readBody } from "./body.ts";
import type { DialectEnvironment } from "./dialect.ts";
import type { Issue, ShellFailure } from "./failure.ts";
import { unknownNames } from "./nearest-name.ts";

type Target = "json" | "query";

type Validated<
  T extends Target,
  S extends z.ZodType,
  E extends DialectEnvironment,
> = MiddlewareHandler<E, string, { in: Record<T, z.input<S>>; out: Record<T, z.output<S>> }>;

/**
 * Decides what to refuse from zod's issues (empty if validation passed). Null lets the request
 * through.
 */
export type Judge<R, E extends DialectEnvironment> = (
  c: Context<E>,
  issues: readonly Issue[],
) => Promise<R | null>;

export interface BodyRules extends BodyOptions {
  /** The schema of a form, whose fields are all texts. Given one, forms are accepted. */
  readonly form?: z.ZodType;
}

/** Changes a body before it is validated. */
export type Prepare<E extends DialectEnvironment> = (
  c: Context<E>,
  body: unknown,
) => Promise<unknown>;

export interface Validator<R, E extends DialectEnvironment> {
  /** Validates the body; the schema drops unknown fields. A form's fields are strings. */
  json<S extends z.ZodType>(
    schema: S,
    rules?: BodyRules,
    prepare?: Prepare<E>,
  ): Validated<"json", S, E>;
  /** Validates the query; the last value of a repeated parameter counts, an empty one does not. */
  query<S extends z.ZodType>(schema: S): Validated<"query", S, E>;
  /** Refuses a query with any other parameter, which would otherwise silently do nothing. */
  queryNames(known: readonly string[]): MiddlewareHandler<E>;
  /** Validates the `fields` that the dialect's own middleware has read from the request. */
  fields<S extends z.ZodType>(schema: S, judge?: Judge<R, E>): Validated<"json", S, E>;
}

/** Makes the validator of a dialect. */
export function validatorFor<R, E extends DialectEnvironment = DialectEnvironment>(
  refuse: (c: Context, refusal: R | ShellFailure) => Response,
): Validator<R, E> {
  // Hono would read a form, a text or a repeated parameter differently, so validate what was read
  // here.
  const check = (
    target: Target,
    schema: z.ZodType,
    value: unknown,
    judge?: Judge<R, E>,
  ): MiddlewareHandler =>
    zValidator(
      target,
      schema,
      async (result, c) => {
        const issues = result.success ? [] : result.error.issues.map(toIssue);
        const judged = (await judge?.(c, issues)) ?? null;
        if (judged !== null) return refuse(c, judged);
        return result.success ? undefined : refuse(c, { reason: "validation_failed", issues });
      },
      { validationFunction: () => schema.safeParse(value) },
    );
  return {
    json:
      (schema, { form, ...options } = {}, prepare) =>
      async (c, next) => {
        const body = await readBody(c.req, { forms: form !== undefined, ...options });
        if (!body.ok) return refuse(c, body.error);
        const value = prepare === undefined ? body.value : await prepare(c, body.value);
        return check("json", isForm(c.req) ? (form ?? schema) : schema, value)(c, next);
      },
    query: (schema) => async (c, next) => {
      return check("query", schema, givenIn(new URL(c.req.url).searchParams))(c, next);
    },
    queryNames: (known) => async (c, next) => {
      const unknown = [...new URL(c.req.url).searchParams.keys()].filter(
        (name) => !known.includes(name),
      );
      if (unknown.length === 0) return next();
      const messages = unknownNames(unknown, known, "parameter");
      const issues = messages.map((message) => ({ path: [], message }));
      return refuse(c, { reason: "validation_failed", issues });
    },
    fields: (schema, judge) => async (c, next) =>
      check("json", schema, c.get("fields"), judge)(c, next),
  };
}

/** Returns the parameters that are given: an empty one is not. */
function givenIn(query: URLSearchParams): Record<string, string> {
  const last = Object.entries(Object.fromEntries(query));
  return Object.fromEntries(last.filter(([, value]) => value !== ""));
}

/** Converts a zod issue to the form that dialects receive. */
export function toIssue({ path, message }: z.core.$ZodIssue): Issue {
  return { path: path.map(String), message };
}
