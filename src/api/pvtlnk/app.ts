/** The PVTLNK API under `/api/v1`; its public postback is a separate dialect. */

import { defineDialect } from "../shared/dialect.ts";
import type { PvtlnkEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { operations } from "./operations.ts";

export const pvtlnk = defineDialect<PvtlnkEnvironment>({ name: "pvtlnk", refuse, operations });
