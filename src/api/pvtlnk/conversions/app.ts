/**
 * PVTLNK's public postback under `/api/conversions/track`, a separate app: no account authenticates it,
 * only a goal's token. A shop's server calls it, or a shop's page from any origin.
 */

import { defineDialect } from "../../shared/dialect.ts";
import { refuse } from "./errors.ts";
import { conversionOperations, type ConversionsEnvironment } from "./operations.ts";

export const conversions = defineDialect<ConversionsEnvironment>({
  name: "conversions",
  refuse,
  // No answer depends on one.
  ignoresCookies: true,
  operations: conversionOperations,
});
