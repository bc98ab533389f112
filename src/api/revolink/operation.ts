/** How a row of RevoLink's table is written. */

import type { Context } from "hono";
import * as z from "zod";

import type { Scope } from "../../access/access.ts";
import type { Requirement } from "../shared/guard.ts";
import {
  answering,
  type Method,
  type Operation,
  type OperationContract,
  type Sent,
  type Step,
} from "../shared/operation.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { validate } from "./errors.ts";
import { fieldsFrom, type FieldSource, SMALL_BODY_BYTES_MAX } from "./fields.ts";
import { inNamedWorkspace, requires } from "./guard.ts";

interface Row<P extends string, B extends z.ZodType> {
  readonly method: Method;
  /** The path below `/apiv1`. */
  readonly path: P;
  /** The scope that its token must hold. */
  readonly scope: Scope;
  /** Where its fields are read. One of them names the workspace. */
  readonly from: FieldSource;
  /** What prepares the request, in the workspace that it names, before its fields are validated. */
  readonly before?: readonly Step<RevolinkEnvironment>[];
  /** What the fields must hold besides; without it, the operation reads them itself. */
  readonly fields?: B;
  readonly answer: (
    c: Context<RevolinkEnvironment, P>,
    sent: Sent<z.ZodUndefined, B>,
  ) => Response | Promise<Response>;
}

/**
 * Makes a row of RevoLink's table. The order ensures that no client learns more than it may: the
 * token and its scope (401, 429, 403), the fields as they come (400, 413, 415), the workspace that
 * they name (400, 403), and anything else only afterwards.
 */
export function operation<P extends string, B extends z.ZodType = z.ZodUndefined>({
  method,
  path,
  scope,
  from,
  before = [],
  fields,
  answer,
}: Row<P, B>): Operation<RevolinkEnvironment> {
  const requirement: Requirement = { who: "token", scope };
  return {
    method,
    path,
    requires: requirement,
    ...readFrom(from, fields ?? inWorkspace),
    steps: [
      requires(requirement),
      fieldsFrom(from),
      inNamedWorkspace,
      ...before,
      ...(fields === undefined ? [] : [validate.fields(fields)]),
      answering(answer),
    ],
  };
}

const inWorkspace = z.object({ workspaceId: z.string() });

function readFrom(
  source: FieldSource,
  schema: z.ZodType,
): Pick<OperationContract, "query" | "body"> {
  if (source === "query") return { query: schema };
  return source === "body_or_query"
    ? { query: schema, body: { schema, limitBytes: SMALL_BODY_BYTES_MAX, optional: true } }
    : { body: { schema, limitBytes: source.bodyBytesMax } };
}
