/**
 * Configures better-auth: e-mail and password, and sessions in D1.
 * Only `sessions.ts` and the auth routes load it, lazily.
 */

import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, isAPIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";

import { configOf } from "../config.ts";
import { databaseOf } from "../db/database.ts";
import * as schema from "../db/schema/accounts.ts";
import { systemClock } from "../platform/clock.ts";
import { HashingBusy } from "../platform/hash-turns.ts";
import { log } from "../platform/log.ts";
import {
  hashPassword,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  verifyPassword,
} from "../platform/password.ts";
import { secretOf } from "../platform/secrets.ts";
import { ensurePersonalWorkspace } from "../workspaces/personal.ts";

export type Auth = ReturnType<typeof createAuth>;

export interface AuthOptions {
  /** http on localhost cannot set secure cookies. */
  readonly isSecure: boolean;
  /** Whether an account that it makes has to be the only one. */
  readonly isFirst: boolean;
}

const opened = new WeakMap<Cloudflare.Env, Map<string, Auth>>();

/** Returns the isolate's instance for a request. */
export async function authFor(
  request: Request,
  env: Cloudflare.Env,
  { isFirst = false }: Partial<Pick<AuthOptions, "isFirst">> = {},
): Promise<Auth> {
  const secret = await secretOf(env, "AUTH_SECRET");
  const known = opened.get(env) ?? new Map<string, Auth>();
  opened.set(env, known);
  const options = { isSecure: new URL(request.url).protocol === "https:", isFirst };
  const name = JSON.stringify(options);
  const auth = known.get(name) ?? createAuth(env, secret, options);
  known.set(name, auth);
  return auth;
}

function createAuth(env: Cloudflare.Env, secret: string, { isSecure, isFirst }: AuthOptions) {
  const { publicUrl, defaultPlan } = configOf(env);
  const db = databaseOf(env.DB);
  return betterAuth({
    appName: "Signpost",
    secret,
    baseURL: publicUrl.origin,
    basePath: "/api/auth",
    trustedOrigins: (request) => (request === undefined ? [] : [new URL(request.url).origin]),
    telemetry: { enabled: false },
    // The library's messages may contain addresses, so only errors are logged, and no refusals.
    logger: { log: (_level, _message, ...details) => logFailure(details.find(isError)) },
    onAPIError: {
      onError: (error) => {
        if (!isAPIError(error)) logFailure(error);
      },
    },
    // No `transaction`, because D1 has none that spans requests; `signup.ts` repairs instead.
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
        hash: (password) => whenFree(hashPassword(password)),
        verify: ({ password, hash }) => whenFree(verifyPassword(password, hash)),
      },
    },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => ({
            data: { ...user, firstSlot: isFirst ? 1 : null },
          }),
        },
      },
      session: {
        create: {
          // Sign-up and sign-in both create sessions here, so every session has a workspace.
          before: async (session) => {
            const nowMs = systemClock();
            await ensurePersonalWorkspace(db, session.userId, { plan: defaultPlan, nowMs });
            return { data: { ...session, ipAddress: null } };
          },
        },
      },
    },
    // The routes count attempts themselves, before anything is hashed: `sign-in-delays.ts`.
    rateLimit: { enabled: false },
    advanced: {
      database: { generateId: () => crypto.randomUUID() },
      ipAddress: { disableIpTracking: true },
      useSecureCookies: false, // the library's prefix is `__Secure-`; ours is stricter
      cookiePrefix: isSecure ? "__Host-signpost" : "signpost",
      defaultCookieAttributes: { secure: isSecure, httpOnly: true, sameSite: "lax", path: "/" },
      // Explicit, since both checks are disabled by default when NODE_ENV is "test".
      disableCSRFCheck: false,
      disableOriginCheck: false,
    },
  });
}

/** Logs an error, unless two sign-ups raced for one row: the loser gets a proper answer. */
function logFailure(error: unknown): void {
  if (error === undefined || isUniqueViolation(error)) return;
  log("error", "accounts.library.failed", { error });
}

/** Turns "too many hashes" into the library's own error, which it answers with its status. */
async function whenFree<T>(hash: Promise<T>): Promise<T> {
  try {
    return await hash;
  } catch (error) {
    if (error instanceof HashingBusy) throw new APIError("SERVICE_UNAVAILABLE");
    throw error;
  }
}

/** Reads the cause, which has D1's message; drizzle's own message contains the statement. */
function isUniqueViolation(error: unknown): boolean {
  const cause = isError(error) ? (error.cause ?? error) : null;
  return isError(cause) && cause.message.includes("UNIQUE constraint failed");
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}
