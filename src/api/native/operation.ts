/** How a row of the native table is written. */

import type { Context } from "hono";
import * as z from "zod";

import type { Role } from "../../access/access.ts";
import type { Requirement } from "../shared/guard.ts";
import {
  answering,
  type BodyContract,
  type Method,
  type Operation,
  type Sent,
  type Step,
} from "../shared/operation.ts";
import type { Prepare } from "../shared/validate.ts";
import type { NativeEnvironment } from "./environment.ts";
import { validate } from "./errors.ts";
import { requires } from "./guard.ts";
import { inWorkspace } from "./workspaces/guard.ts";

interface Row<P extends string, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: Method;
  /** The path below `/api`. */
  readonly path: P;
  /** Who may call it: by default any credential of an account. */
  readonly requires: Partial<Requirement> | "anybody";
  /** The lowest role in the workspace that the path names as `:id`. */
  readonly inWorkspace?: Role;
  readonly query?: Q;
  readonly body?: BodyContract<B> & {
    /** Changes the body before it is validated. */
    readonly prepare?: Prepare<NativeEnvironment>;
  };
  readonly answer: (
    c: Context<NativeEnvironment, P>,
    sent: Sent<Q, B>,
  ) => Response | Promise<Response>;
}

/**
 * Makes a row of the native table. Who asks is checked before anything of the request is read, so
 * that an unauthenticated client learns nothing from its faults.
 */
export function operation<
  P extends string,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>({ method, path, query, body, answer, ...row }: Row<P, Q, B>): Operation<NativeEnvironment> {
  const steps: Step<NativeEnvironment>[] = [];
  const requirement: Requirement | null =
    row.requires === "anybody" ? null : { who: "account", ...row.requires };
  if (requirement !== null) {
    steps.push(requires(requirement), validate.queryNames(namesIn(query)));
  }
  if (row.inWorkspace !== undefined) steps.push(inWorkspace(row.inWorkspace));
  if (query !== undefined) steps.push(validate.query(query));
  if (body !== undefined) {
    const { schema, prepare, ...options } = body;
    steps.push(validate.json(schema, options, prepare));
  }
  steps.push(answering(answer));
  return {
    method,
    path,
    requires: requirement,
    ...(row.inWorkspace !== undefined && { inWorkspace: row.inWorkspace }),
    ...(query !== undefined && { query }),
    ...(body !== undefined && { body }),
    steps,
  };
}

function namesIn(query: z.ZodType | undefined): string[] {
  return query instanceof z.ZodObject ? Object.keys(query.shape) : [];
}
