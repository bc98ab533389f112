/**
 * The whole API. `worker.ts` loads it with the first request that needs it, so that redirects never
 * pay for it. Each dialect is an app of its own, with its own error shapes, under its own prefixes.
 */
import { answerHome } from "./home.ts";
import { nativeApp } from "./native/app.ts";

interface Dialect {
  readonly prefixes: readonly string[];
  fetch(request: Request, env: Cloudflare.Env, ctx: ExecutionContext): Response | Promise<Response>;
}

const native: Dialect = { prefixes: ["/api"], fetch: nativeApp.fetch };

/** Tried in this order: `/api/v1` is PVTLNK's although `/api` is ours. */
const dialects: readonly Dialect[] = [native];

export default {
  /** Answers a request to a default host that is not a short link's. */
  async fetch(request: Request, env: Cloudflare.Env, ctx: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return answerHome(request, env);
    const dialect = dialects.find(({ prefixes }) =>
      prefixes.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`)),
    );
    return (dialect ?? native).fetch(request, env, ctx);
  },
};
