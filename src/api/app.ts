/**
 * The whole API. `worker.ts` loads it with the first request that needs it, so that redirects never
 * pay for it. Each dialect is an app of its own, with its own error shapes, under its own prefixes.
 */

import { tolerate } from "../platform/log.ts";
import { upkeepFor } from "../upkeep/upkeep.ts";
import { answerHome } from "./home.ts";
import { nativeApp } from "./native/app.ts";

interface App {
  fetch(request: Request, env: Cloudflare.Env, ctx: ExecutionContext): Response | Promise<Response>;
}

interface Dialect {
  readonly prefixes: readonly string[];
  app(): Promise<App>;
}

const native: Dialect = { prefixes: ["/api"], app: async () => nativeApp };

const revolink: Dialect = {
  prefixes: ["/apiv1"],
  app: lazily(async () => (await import("./revolink/app.ts")).revolinkApp),
};

/** Public, and PVTLNK's in its shapes: it stays apart from the API that is for enterprises alone. */
const conversions: Dialect = {
  prefixes: ["/api/conversions"],
  app: lazily(async () => (await import("./pvtlnk/conversions/routes.ts")).conversionsApp),
};

const pvtlnk: Dialect = {
  prefixes: ["/api/v1"],
  app: lazily(async () => (await import("./pvtlnk/app.ts")).pvtlnkApp),
};

/** Tried in this order: `/api/v1` is PVTLNK's although `/api` is ours. */
const dialects: readonly Dialect[] = [revolink, pvtlnk, conversions, native];

/** Loads an app with its first request. It is kept, not its promise: requests never share those. */
function lazily(load: () => Promise<App>): () => Promise<App> {
  let app: App | null = null;
  return async () => (app ??= await load());
}

let isUpkeepArmed = false;

/** Sees to it that interrupted changes are swept up: cron does too, but never in local development. */
function armUpkeep(env: Cloudflare.Env, ctx: ExecutionContext): void {
  if (isUpkeepArmed) return;
  isUpkeepArmed = true;
  ctx.waitUntil(tolerate("upkeep.arm.failed", upkeepFor(env).arm()));
}

export default {
  /** Answers a request to a default host that is not a short link's. */
  async fetch(request: Request, env: Cloudflare.Env, ctx: ExecutionContext): Promise<Response> {
    armUpkeep(env, ctx);
    const { pathname } = new URL(request.url);
    if (pathname === "/") return answerHome(request, env);
    const dialect = dialects.find(({ prefixes }) =>
      prefixes.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`)),
    );
    return (await (dialect ?? native).app()).fetch(request, env, ctx);
  },
};
