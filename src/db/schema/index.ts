/** The schema of D1, one file per area. */

export * from "./accounts.ts";
export * from "./conversions.ts";
export * from "./domains.ts";
export * from "./labels.ts";
export * from "./links.ts";
export * from "./operations.ts";
export * from "./webhooks.ts";
export * from "./workspaces.ts";
