/** Reads sessions through better-auth. */

import { authFor } from "./auth.ts";

export interface Session {
  readonly userId: string;
  /** Set when the session was renewed: the browser must learn its new expiry. */
  readonly setCookies: readonly string[];
}

/** Returns the session of a request's cookie, or null. Renews a session once a day. */
export async function sessionOf(request: Request, env: Cloudflare.Env): Promise<Session | null> {
  const library = await authFor(request, env);
  const { response, headers } = await library.api.getSession({
    headers: request.headers,
    returnHeaders: true,
  });
  return response === null
    ? null
    : { userId: response.user.id, setCookies: headers.getSetCookie() };
}
