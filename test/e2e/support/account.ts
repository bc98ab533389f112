/** A person with an account, as the e2e stories begin. */

import type { Answer, Server } from "./server.ts";

export interface Person {
  /** Of an API token with the scopes asked for. */
  readonly token: string;
  /** Headers of their browser, signed in. */
  readonly session: { readonly origin: string; readonly cookie: string };
}

/** Signs somebody up, with a workspace of their own, and makes a token; throws when either fails. */
export async function signUp(
  server: Server,
  name: string,
  scopes: readonly string[],
): Promise<Person> {
  const { origin } = server;
  const signedUp = await server.ask("/api/auth/sign-up/email", {
    method: "POST",
    headers: { origin },
    body: { name, email: `${name.toLowerCase()}@signpost.test`, password: "correct horse battery" },
  });
  if (signedUp.status !== 200) throw new Error(`sign-up: ${signedUp.status} ${signedUp.text}`);
  const session = { origin, cookie: cookieOf(signedUp) };
  const created = await server.ask("/api/tokens", {
    method: "POST",
    headers: session,
    body: { name: "e2e", scopes },
  });
  if (created.status !== 201) throw new Error(`token: ${created.status} ${created.text}`);
  return { token: String(json(created)["token"]), session };
}

/** Returns the cookies that an answer sets, as a browser sends them back. */
export function cookieOf({ headers }: Answer): string {
  return (headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]).join("; ");
}

/** Reads an answer that is a JSON object. */
export function json(answer: Answer): Record<string, unknown> {
  return JSON.parse(answer.text) as Record<string, unknown>;
}
