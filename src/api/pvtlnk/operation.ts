/** How a row of PVTLNK's table is written. */

import type { Context } from "hono";
import * as z from "zod";

import type { Requirement } from "../shared/guard.ts";
import {
  answering,
  type BodyContract,
  type Method,
  type Operation,
  type Sent,
  type Step,
} from "../shared/operation.ts";
import type { PvtlnkEnvironment } from "./environment.ts";
import { validate } from "./errors.ts";
import { requires } from "./guard.ts";
import { paramsIn, validateLink } from "./links/params.ts";

interface Requirements extends Pick<Requirement, "scope" | "role" | "features"> {
  /** Passes even if the plan no longer includes this API, so that a token can always be revoked. */
  readonly onAnyPlan?: true;
}

interface Row<P extends string, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: Method;
  /** The path below `/api/v1`. */
  readonly path: P;
  /** What its token must be allowed. */
  readonly requires: Requirements;
  readonly query?: Q;
  readonly body?: BodyContract<B>;
  /** What the body must hold under a name, in place of `body`. */
  readonly params?: { readonly name: "link" | "variant"; readonly schema: B };
  /** What prepares the request before its content is validated. */
  readonly before?: readonly Step<PvtlnkEnvironment>[];
  readonly answer: (
    c: Context<PvtlnkEnvironment, P>,
    sent: Sent<Q, B>,
  ) => Response | Promise<Response>;
}

/**
 * Makes a row of PVTLNK's table: a token with the route's scope and role, in a workspace whose plan
 * includes this API, then what the request holds.
 */
export function operation<
  P extends string,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>({
  method,
  path,
  query,
  body,
  params,
  before = [],
  answer,
  ...row
}: Row<P, Q, B>): Operation<PvtlnkEnvironment> {
  const requirement = requirementOf(row.requires);
  const steps: Step<PvtlnkEnvironment>[] = [requires(requirement)];
  if (params !== undefined) steps.push(paramsIn(params.name));
  steps.push(...before);
  if (query !== undefined) steps.push(validate.query(query));
  if (body !== undefined) {
    const { schema, ...options } = body;
    steps.push(validate.json(schema, options));
  }
  if (params !== undefined) {
    const { name, schema } = params;
    steps.push(name === "link" ? validateLink(schema) : validate.fields(schema));
  }
  steps.push(answering(answer));
  const read = params === undefined ? body : bodyWith(params);
  return {
    method,
    path,
    requires: requirement,
    ...(query !== undefined && { query }),
    ...(read !== undefined && { body: read }),
    steps,
  };
}

function requirementOf({ onAnyPlan, features = [], ...wanted }: Requirements): Requirement {
  return {
    who: "token",
    ...wanted,
    features: onAnyPlan === true ? features : ["enterpriseApi", ...features],
  };
}

function bodyWith({ name, schema }: { readonly name: string; readonly schema: z.ZodType }) {
  return { schema: z.object({ [name]: schema }) };
}
