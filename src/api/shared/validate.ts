/**
 * Validates what a request carries, after the guard has let it in: handlers then find it in
 * `c.req.valid("json" | "query")`. What is wrong goes to the dialect's own `refuse`.
 */

import { zValidator } from "@hono/zod-validator";
import type { Context, MiddlewareHandler } from "hono";
import type * as z from "zod";

import { type BodyOptions, readBody } from "./body.ts";
import type { DialectEnvironment } from "./dialect.ts";
import type { Issue, ShellFailure } from "./failure.ts";

type Target = "json" | "query";

type Validated<T extends Target, S extends z.ZodType> = MiddlewareHandler<
  DialectEnvironment,
  string,
  { in: Record<T, z.input<S>>; out: Record<T, z.output<S>> }
>;

export interface Validator {
  /** Validates the body; unknown fields are dropped by the schema. A form's fields are strings. */
  json<S extends z.ZodType>(schema: S, options?: BodyOptions): Validated<"json", S>;
  /** Validates the query; the last value of a repeated parameter counts. */
  query<S extends z.ZodType>(schema: S): Validated<"query", S>;
}

/** Makes the validator of a dialect. */
export function validatorFor(refuse: (c: Context, failure: ShellFailure) => Response): Validator {
  // Hono would read a form, a text or a repeated parameter in its own way: validate what was read here.
  const check = (target: Target, schema: z.ZodType, value: unknown): MiddlewareHandler =>
    zValidator(
      target,
      schema,
      (result, c) =>
        result.success
          ? undefined
          : refuse(c, { code: "validation_failed", issues: result.error.issues.map(toIssue) }),
      { validationFunction: () => schema.safeParse(value) },
    );
  return {
    json: (schema, options) => async (c, next) => {
      const body = await readBody(c.req, options);
      if (!body.ok) return refuse(c, body.error);
      return check("json", schema, body.value)(c, next);
    },
    query: (schema) => async (c, next) => {
      const given = Object.fromEntries(new URL(c.req.url).searchParams);
      return check("query", schema, given)(c, next);
    },
  };
}

/** Converts an issue of zod into the form in which dialects are told of it. */
export function toIssue({ path, message }: z.core.$ZodIssue): Issue {
  return { path: path.map(String), message };
}
