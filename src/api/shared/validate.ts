/**
 * Checks what a request carries, after the guard has let it in: handlers then find it in
 * `c.req.valid("json" | "query" | "param")`. What is wrong goes to the dialect's own `refuse`.
 */

import type { Context, MiddlewareHandler } from "hono";
import type * as z from "zod";

import { type BodyOptions, readBody } from "./body.ts";
import type { Issue } from "./failure.ts";
import type { Refuse, ShellEnvironment } from "./shell.ts";

type Target = "json" | "query" | "param";

type Validated<T extends Target, S extends z.ZodType> = MiddlewareHandler<
  ShellEnvironment,
  string,
  { in: Record<T, z.input<S>>; out: Record<T, z.output<S>> }
>;

export interface Validator {
  /** Checks the body; unknown fields are dropped by the schema. A form's fields are strings. */
  json<S extends z.ZodType>(schema: S, options?: BodyOptions): Validated<"json", S>;
  /** Checks the query; of a parameter given twice the last one counts. */
  query<S extends z.ZodType>(schema: S): Validated<"query", S>;
  param<S extends z.ZodType>(schema: S): Validated<"param", S>;
}

/** Makes the validator of a dialect. */
export function validatorFor(refuse: Refuse): Validator {
  return {
    json: (schema, options) => async (c, next) => {
      const body = await readBody(c.req.raw, options);
      if (!body.ok) return refuse(c, body.error);
      c.set("bodyText", body.value.text);
      return check(c, next, refuse, "json", schema, body.value.value);
    },
    query: (schema) => async (c, next) => {
      const given = Object.fromEntries(new URL(c.req.url).searchParams);
      return check(c, next, refuse, "query", schema, given);
    },
    param: (schema) => async (c, next) => check(c, next, refuse, "param", schema, c.req.param()),
  };
}

async function check(
  c: Context,
  next: () => Promise<void>,
  refuse: Refuse,
  target: Target,
  schema: z.ZodType,
  value: unknown,
): Promise<Response | undefined> {
  const result = schema.safeParse(value);
  if (!result.success) {
    return refuse(c, { code: "validation_failed", issues: result.error.issues.map(toIssue) });
  }
  c.req.addValidatedData(target, result.data as object);
  await next();
  return undefined;
}

/** Gives what zod found wrong as every dialect is told of it. */
export function toIssue({ path, message }: z.core.$ZodIssue): Issue {
  return { path: path.map(String), message };
}
