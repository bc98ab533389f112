/**
 * The whole API. `worker.ts` loads it on the first request that needs it, so that redirects never
 * pay for it. Each dialect is an app of its own, with its own error format, under its own prefixes.
 */

import { tolerate } from "../platform/log.ts";
import { type DialectName, INVITATION_PATH, isUnder, PREFIXES, SETUP_PATH } from "../prefixes.ts";
import { upkeepFor } from "../upkeep/upkeep.ts";
import { answerHome } from "./home.ts";
import { answerInvitation } from "./invitation.ts";
import { native } from "./native/app.ts";
import { answerSetup } from "./setup.ts";

interface App {
  fetch(request: Request, env: Cloudflare.Env, ctx: ExecutionContext): Response | Promise<Response>;
}

const nativeApp = native();

/** Loads each dialect's app. The compiler requires an entry per name in `prefixes.ts`. */
const apps: Readonly<Record<DialectName, () => Promise<App>>> = {
  native: async () => nativeApp,
  pvtlnk: lazily(async () => (await import("./pvtlnk/app.ts")).pvtlnk()),
  // Public, and in PVTLNK's format, but separate from its API, which only some plans include.
  conversions: lazily(async () => (await import("./pvtlnk/conversions/app.ts")).conversions()),
  revolink: lazily(async () => (await import("./revolink/app.ts")).revolink()),
};

/** Every prefix with the dialect that answers below it, longest first. */
const prefixes = Object.entries(PREFIXES)
  .flatMap(([name, all]) => all.map((prefix) => ({ prefix, name: name as DialectName })))
  .sort((a, b) => b.prefix.length - a.prefix.length);

/** Returns the dialect that answers a path. The native API refuses paths without a known prefix. */
function dialectOf(path: string): DialectName {
  return prefixes.find(({ prefix }) => isUnder(prefix, path))?.name ?? "native";
}

/**
 * Loads an app on its first request. Keeps the app, not its promise, which requests must never
 * share.
 */
function lazily(load: () => Promise<App>): () => Promise<App> {
  let app: App | null = null;
  return async () => (app ??= await load());
}

let isUpkeepArmed = false;

/** Arms the upkeep of interrupted changes. Cron does so too, but never in local development. */
function armUpkeep(env: Cloudflare.Env, ctx: ExecutionContext): void {
  if (isUpkeepArmed) return;
  isUpkeepArmed = true;
  ctx.waitUntil(tolerate("upkeep.arm.failed", upkeepFor(env).arm()));
}

export default {
  /** Answers a request to a default host that is not for a short link. */
  async fetch(request: Request, env: Cloudflare.Env, ctx: ExecutionContext): Promise<Response> {
    armUpkeep(env, ctx);
    const { pathname } = new URL(request.url);
    if (pathname === "/") return answerHome(request, env);
    // As in the APIs, a path may end with a slash.
    if (pathname === SETUP_PATH || pathname === `${SETUP_PATH}/`) return answerSetup(request, env);
    if (pathname.startsWith(INVITATION_PATH)) return answerInvitation(request);
    return (await apps[dialectOf(pathname)]()).fetch(request, env, ctx);
  },
};
