/** An account in the bench Worker, and calls of its API. */

import type { CallAnswer, CallPlan } from "../tasks.ts";
import type { Runtime } from "./runtime.ts";

const ORIGIN = "http://localhost:8787";
const SCOPES = ["links:read", "links:create", "links:update", "links:read:analytics"];

/** Calls the API; throws where it refuses. */
export async function call(runtime: Runtime, plan: CallPlan): Promise<CallAnswer> {
  const answer = await runtime.ask<CallAnswer>("call", plan);
  if (answer.status >= 300) {
    throw new Error(`${plan.method} ${plan.path} answered ${answer.status}: ${answer.body}`);
  }
  return answer;
}

/** Makes an account as a person does, and gives a token with all scopes that a bench needs. */
export async function signUp(runtime: Runtime, name: string): Promise<string> {
  const headers = { "Content-Type": "application/json", Origin: ORIGIN };
  const account = {
    email: `${name}@example.com`,
    password: "correct horse battery",
    name: "Bench",
  };
  const { cookie } = await call(runtime, {
    method: "POST",
    path: "/api/auth/sign-up/email",
    headers,
    body: JSON.stringify(account),
  });
  const made = await call(runtime, {
    method: "POST",
    path: "/api/tokens",
    headers: { ...headers, Cookie: cookie?.split(";", 1)[0] ?? "" },
    body: JSON.stringify({ name: "Bench", scopes: SCOPES }),
  });
  return (JSON.parse(made.body) as { readonly token: string }).token;
}
