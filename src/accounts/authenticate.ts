/** Works out who asks from a request's credentials: an API token, else the session cookie. */
import { err, type Result } from "../platform/result.ts";
import type { Access } from "./access.ts";
import type { AccountRefusal } from "./refusal.ts";

export interface Authenticated {
  readonly access: Access;
  /** Cookies to hand back: a session that was renewed by being used. */
  readonly setCookies: readonly string[];
}

export async function authenticate(
  _request: Request,
  _env: Cloudflare.Env,
  _ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<Result<Authenticated, AccountRefusal>> {
  return err({ code: "unauthenticated" });
}
