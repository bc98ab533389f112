/**
 * better-auth, set up for this installation: e-mail and password, sessions in D1, and its
 * database-backed rate limit. Only `sessions.ts` and the auth routes load it, lazily.
 */

import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { isAPIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";

import { configOf } from "../config.ts";
import { databaseOf } from "../db/database.ts";
import * as schema from "../db/schema/accounts.ts";
import { systemClock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import {
  hashPassword,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  verifyPassword,
} from "../platform/password.ts";
import { ensurePersonalWorkspace } from "../workspaces/personal.ts";
import { CLIENT_ADDRESS_HEADER } from "./client-address.ts";

export type Auth = ReturnType<typeof createAuth>;

const opened = new WeakMap<Cloudflare.Env, { secure?: Auth; plain?: Auth }>();

/** Gives the isolate's instance for a request: https has cookies that plain localhost cannot set. */
export function authFor(request: Request, env: Cloudflare.Env): Auth {
  const known = opened.get(env) ?? {};
  opened.set(env, known);
  return new URL(request.url).protocol === "https:"
    ? (known.secure ??= createAuth(env, "secure"))
    : (known.plain ??= createAuth(env, "plain"));
}

function createAuth(env: Cloudflare.Env, cookies: "secure" | "plain") {
  const { publicUrl, signups, defaultPlan } = configOf(env);
  const db = databaseOf(env.DB);
  const isSecure = cookies === "secure";
  return betterAuth({
    appName: "Signpost",
    secret: env.AUTH_SECRET,
    baseURL: publicUrl.origin,
    basePath: "/api/auth",
    trustedOrigins: (request) => (request === undefined ? [] : [new URL(request.url).origin]),
    telemetry: { enabled: false },
    // Its own words may hold addresses: only an error's are logged, and refusals are no errors.
    logger: { log: (_level, _message, ...details) => logFailure(details.find(isError)) },
    onAPIError: {
      onError: (error) => {
        if (!isAPIError(error)) logFailure(error);
      },
    },
    // No `transaction`: D1 has none that spans requests. See `signup.ts` for what heals instead.
    database: drizzleAdapter(db, { provider: "sqlite", schema }),
    user: {
      modelName: "users",
      additionalFields: {
        firstSlot: { type: "number", required: false, input: false, returned: false },
      },
    },
    session: { modelName: "sessions" },
    account: { modelName: "credentials" },
    verification: { modelName: "verifications" },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_LENGTH_MAX,
      password: {
        hash: hashPassword,
        verify: ({ password, hash }) => verifyPassword(password, hash),
      },
    },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => ({
            data: { ...user, firstSlot: signups === "first" ? 1 : null },
          }),
        },
      },
      session: {
        create: {
          // Signing up and signing in both pass here, so no session is without a workspace.
          before: async (session) => {
            const nowMs = systemClock();
            await ensurePersonalWorkspace(db, session.userId, { plan: defaultPlan, nowMs });
            return { data: { ...session, ipAddress: null } };
          },
        },
      },
    },
    rateLimit: {
      enabled: true,
      storage: "database",
      modelName: "authRateLimits",
      customRules: {
        "/sign-in/email": { window: 10, max: 5 },
        "/sign-up/email": { window: 60, max: 10 },
        "/sign-out": false,
        // Asked by every page: a database write for each would cost more than it protects.
        "/get-session": false,
      },
    },
    advanced: {
      database: { generateId: () => crypto.randomUUID() },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER], ipv6Subnet: 128 },
      useSecureCookies: false, // its own prefix is `__Secure-`; ours is stricter
      cookiePrefix: isSecure ? "__Host-signpost" : "signpost",
      defaultCookieAttributes: { secure: isSecure, httpOnly: true, sameSite: "lax", path: "/" },
      // Spelt out, since their defaults are off wherever NODE_ENV is "test".
      disableCSRFCheck: false,
      disableOriginCheck: false,
    },
  });
}

/** Two sign-ups that race for one row are no failure: the loser gets an answer of its own. */
function logFailure(error: unknown): void {
  if (error === undefined || isUniqueViolation(error)) return;
  log("error", "accounts.library.failed", { error });
}

/** drizzle's own message holds the statement; D1's words are its cause's. */
function isUniqueViolation(error: unknown): boolean {
  const cause = isError(error) ? (error.cause ?? error) : null;
  return isError(cause) && cause.message.includes("UNIQUE constraint failed");
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}
