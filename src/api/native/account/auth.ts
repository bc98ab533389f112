/**
 * Sign-up, sign-in and sign-out through better-auth. Input is validated here, and refusals of
 * better-auth are converted to the API's own format.
 */

import { Hono } from "hono";
import * as z from "zod";

import { CLIENT_ADDRESS_HEADER, clientStandIn } from "../../../accounts/client-address.ts";
import { admitSignup, lostRace } from "../../../accounts/signup.ts";
import { BUSY_SECONDS } from "../../../platform/hash-turns.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { signIn, signUp } from "./contract.ts";

export const auth = new Hono<NativeEnvironment>()
  .post("/sign-up/email", validate.json(signUp), async (c) => {
    const body = c.req.valid("json");
    const admitted = await admitSignup(c.env, body.email);
    if (!admitted.ok) return refuse(c, admitted.error);
    const response = await ask(c, body);
    if (response.ok) return response;
    const { code } = await refusalIn(response);
    if (code !== "FAILED_TO_CREATE_USER") return refuseAs(c, response);
    return refuse(c, (await lostRace(c.env, body.email)) ?? { reason: "internal" });
  })
  .post("/sign-in/email", validate.json(signIn), (c) => pass(c, c.req.valid("json")))
  .post("/sign-out", (c) => pass(c, {}))
  .get("/get-session", (c) => pass(c));

async function pass(c: NativeContext, body?: unknown): Promise<Response> {
  const response = await ask(c, body);
  return response.ok ? response : refuseAs(c, response);
}

/** Lets better-auth answer this request, with a validated body. */
async function ask(c: NativeContext, body?: unknown): Promise<Response> {
  const { authFor } = await import("../../../accounts/auth.ts");
  const { method, url } = c.req.raw;
  const headers = new Headers(c.req.raw.headers);
  headers.delete("Content-Length");
  headers.set(CLIENT_ADDRESS_HEADER, await clientStandIn(headers, c.env.AUTH_SECRET));
  if (body !== undefined) headers.set("Content-Type", "application/json");
  return authFor(c.req.raw, c.env).handler(
    new Request(url, {
      method: method === "HEAD" ? "GET" : method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
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
  if (response.status === 429) {
    const seconds = Number(response.headers.get("X-Retry-After"));
    return refuse(c, { reason: "rate_limited", retryAfterSeconds: Math.max(1, seconds) });
  }
  if (response.status === 503) {
    return refuse(c, { reason: "busy", retryAfterSeconds: BUSY_SECONDS });
  }
  if (response.status >= 500) return refuse(c, { reason: "internal" });
  if (response.status === 401) return refuse(c, { reason: "password_wrong" });
  if (response.status === 403) return refuse(c, { reason: "origin_foreign" });
  const { code, message } = await refusalIn(response);
  if (code.startsWith("USER_ALREADY_EXISTS")) return refuse(c, { reason: "email_taken" });
  return refuse(c, { reason: "validation_failed", issues: [{ path: [], message }] });
}
