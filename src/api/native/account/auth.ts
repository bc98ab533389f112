/**
 * Sign-up, sign-in and sign-out through better-auth. Input is validated and attempts are counted
 * here, before anything is hashed, and refusals of better-auth are converted to the API's own
 * format.
 */

import { getCookie, setCookie } from "hono/cookie";
import * as z from "zod";

import {
  accountName,
  addressName,
  knownBrowserName,
  newKnownBrowser,
} from "../../../accounts/guessers.ts";
import { refuseSetup } from "../../../accounts/operator.ts";
import { beginAttempt, forgetFailures, takeBack } from "../../../accounts/sign-in-delays.ts";
import { beginSignup, tellTaken } from "../../../accounts/signup-limits.ts";
import { type Admission, admitSignup, lostRace } from "../../../accounts/signup.ts";
import { spend } from "../../../db/allowances.ts";
import { databaseOf } from "../../../db/database.ts";
import { SECOND_MS } from "../../../platform/clock.ts";
import { BUSY_SECONDS, isHashingBusy } from "../../../platform/hash-turns.ts";
import { hashPassword } from "../../../platform/password.ts";
import { secretOf } from "../../../platform/secrets.ts";
import { nowOf } from "../../shared/dialect.ts";
import { isOwnOrigin } from "../../shared/guard.ts";
import type { NativeContext } from "../environment.ts";
import { type NativeRefusal, refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { signIn, signUp } from "./contract.ts";

const SIGN_INS = { max: 5, windowMs: 10 * SECOND_MS };
const KNOWN_BROWSER = "signpost.known";
const KNOWN_SECONDS = 365 * 24 * 60 * 60;

export const authOperations = {
  signUp: operation({
    method: "POST",
    path: "/auth/sign-up/email",
    requires: "anybody",
    body: { schema: signUp },
    async answer(c, { body }) {
      const { setupToken = null, invitation = null, ...account } = body;
      const db = databaseOf(c.env.DB);
      const early = earlyRefusal(c);
      if (early !== null) return refuse(c, early);
      const address = await addressName(c.req.raw.headers, await secretOf(c.env, "AUTH_SECRET"));
      const wait = await beginSignup(db, address, nowOf(c));
      if (wait !== null) return refuse(c, tooFast(wait));
      const admitted = await admitSignup(c.env, { email: account.email, invitation });
      if (!admitted.ok) return refuse(c, admitted.error);
      const admission = admitted.value;
      if (admission === "first") {
        const unproved = await refuseSetup(c.req.raw.headers, setupToken, c.env, nowOf(c));
        if (unproved !== null) return refuse(c, unproved);
      }

      const response = await ask(c, account, { isFirst: admission === "first" });
      if (response.ok) return signedIn(c, response, account.email);
      const { code } = await refusalIn(response);
      const isTaken = code.startsWith("USER_ALREADY_EXISTS");
      const refusal = isTaken
        ? { reason: "email_taken" as const }
        : await lostRaceOf(c, code, { email: account.email, admission });
      if (refusal?.reason === "email_taken") {
        const later = await tellTaken(db, address, nowOf(c));
        if (later !== null) return refuse(c, tooFast(later));
        // Takes as long as for an address that is free.
        if (isTaken) await hashPassword(account.password);
      }
      return refusal === null ? refuseAs(c, response) : refuse(c, refusal);
    },
  }),
  signIn: operation({
    method: "POST",
    path: "/auth/sign-in/email",
    requires: "anybody",
    body: { schema: signIn },
    async answer(c, { body }) {
      const db = databaseOf(c.env.DB);
      const secret = await secretOf(c.env, "AUTH_SECRET");
      const early = earlyRefusal(c);
      if (early !== null) return refuse(c, early);
      const address = await addressName(c.req.raw.headers, secret);
      const account = await accountName(body.email, secret);
      const known = await knownBrowserName(knownCookieOf(c), account, secret);
      const name = known ?? account;
      const wait =
        (await spend(db, { key: `sign-in/${address}`, ...SIGN_INS }, nowOf(c))) ??
        (await beginAttempt(db, name, nowOf(c)));
      if (wait !== null) return refuse(c, tooFast(wait));

      const response = await ask(c, body);
      if (response.ok) {
        await forgetFailures(db, name);
        return signedIn(c, response, body.email);
      }
      if (response.status !== 401) await takeBack(db, name, nowOf(c));
      return refuseAs(c, response);
    },
  }),
  signOut: operation({
    method: "POST",
    path: "/auth/sign-out",
    requires: "anybody",
    async answer(c) {
      const response = await ask(c, {});
      return response.ok ? response : refuseAs(c, response);
    },
  }),
  getSession: operation({
    method: "GET",
    path: "/auth/get-session",
    requires: "anybody",
    async answer(c) {
      const response = await ask(c);
      return response.ok ? c.json(await withoutToken(c, response)) : refuseAs(c, response);
    },
  }),
};

/** Refuses what needs neither the database nor a hash to be refused. */
function earlyRefusal(c: NativeContext): NativeRefusal | null {
  const { headers } = c.req.raw;
  if (headers.has("Origin") && !isOwnOrigin(c.req.raw, c.env)) return { reason: "origin_foreign" };
  return isHashingBusy() ? { reason: "busy", retryAfterSeconds: BUSY_SECONDS } : null;
}

function tooFast(retryAfterSeconds: number): NativeRefusal {
  return { reason: "rate_limited", retryAfterSeconds };
}

/** Answers with the session, and remembers the browser as one where the account signed in. */
async function signedIn(c: NativeContext, response: Response, email: string): Promise<Response> {
  const secret = await secretOf(c.env, "AUTH_SECRET");
  const answer = await withoutToken(c, response);
  const value = await newKnownBrowser(await accountName(email, secret), secret);
  const isSecure = isHttps(c);
  setCookie(c, KNOWN_BROWSER, value, {
    path: "/",
    maxAge: KNOWN_SECONDS,
    httpOnly: true,
    sameSite: "Lax",
    ...(isSecure && { secure: true, prefix: "host" }),
  });
  return c.json(answer);
}

function knownCookieOf(c: NativeContext): string | undefined {
  return isHttps(c) ? getCookie(c, KNOWN_BROWSER, "host") : getCookie(c, KNOWN_BROWSER);
}

function isHttps(c: NativeContext): boolean {
  return new URL(c.req.url).protocol === "https:";
}

const libraryAnswer = z
  .looseObject({
    token: z.unknown().optional(),
    session: z.looseObject({ token: z.unknown().optional() }).optional(),
  })
  .nullable();

/**
 * Takes over the cookies of an answer, and returns its body without the session's token, which
 * scripts of a page must not read.
 */
async function withoutToken(c: NativeContext, response: Response) {
  for (const cookie of response.headers.getSetCookie()) {
    c.header("Set-Cookie", cookie, { append: true });
  }
  const answer = libraryAnswer.parse(await response.json());
  delete answer?.token;
  delete answer?.session?.token;
  return answer;
}

/** Lets better-auth answer this request, with a validated body. */
async function ask(
  c: NativeContext,
  body?: unknown,
  options?: { readonly isFirst: boolean },
): Promise<Response> {
  const { authFor } = await import("../../../accounts/auth.ts");
  const { method, url } = c.req.raw;
  const headers = new Headers(c.req.raw.headers);
  headers.delete("Content-Length");
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const library = await authFor(c.req.raw, c.env, options);
  return library.handler(
    new Request(url, {
      method: method === "HEAD" ? "GET" : method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

/** Returns the refusal of a sign-up that lost a race; null if it failed for another reason. */
async function lostRaceOf(
  c: NativeContext,
  code: string,
  { email, admission }: { readonly email: string; readonly admission: Admission },
): Promise<NativeRefusal | null> {
  if (code !== "FAILED_TO_CREATE_USER") return null;
  return (await lostRace(c.env, email, admission)) ?? { reason: "internal" };
}

const libraryRefusal = z.object({ code: z.string().default(""), message: z.string().default("") });

async function refusalIn(response: Response): Promise<z.infer<typeof libraryRefusal>> {
  return libraryRefusal.parse(
    await response
      .clone()
      .json()
      .catch(() => ({})),
  );
}

async function refuseAs(c: NativeContext, response: Response): Promise<Response> {
  if (response.status === 503) {
    return refuse(c, { reason: "busy", retryAfterSeconds: BUSY_SECONDS });
  }
  if (response.status >= 500) return refuse(c, { reason: "internal" });
  if (response.status === 401) return refuse(c, { reason: "password_wrong" });
  if (response.status === 403) return refuse(c, { reason: "origin_foreign" });
  const { message } = await refusalIn(response);
  return refuse(c, { reason: "validation_failed", issues: [{ path: [], message }] });
}
