/** Lints an OpenAPI document, and checks its examples against its own schemas. */

import { createConfig, lintFromString } from "@redocly/openapi-core";

import type { Document } from "./document.ts";

const RULES = {
  // A literal segment goes before a parameter, in OpenAPI and here.
  "no-ambiguous-paths": "off",
  // The installation is the server, at whatever address it is.
  "no-server-example.com": "off",
  // What anybody may ask fails in no way that a client could mend.
  "operation-4xx-response": "off",
  "info-license-strict": "error",
  "no-invalid-media-type-examples": "error",
  "no-invalid-parameter-examples": "error",
  "no-unused-components": "error",
  "operation-description": "off",
} as const;

/** Returns a sentence for each fault. */
export async function lintDocument(document: Document): Promise<readonly string[]> {
  const config = await createConfig({ extends: ["recommended"], rules: RULES });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location: [where] }) => {
    return `${where?.pointer ?? "#/"}: ${message} (${ruleId})`;
  });
}
