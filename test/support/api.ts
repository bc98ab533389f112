import { exports } from "cloudflare:workers";

import { assertDocumented } from "./documented.ts";

/** The origin that tests call: PUBLIC_URL of vitest.config.ts. */
export const ORIGIN = "https://sign.test";

/** Calls the Worker as a client does. A path of ORIGIN, or a whole URL. */
export async function callApi(path: string, init?: RequestInit): Promise<Response> {
  const url = new URL(path, ORIGIN);
  const response = await exports.default.fetch(url, { redirect: "manual", ...init });
  await assertDocumented(init?.method ?? "GET", url.href, response);
  return response;
}

/** Puts a body into a request: what most mutations of the API are sent. */
export function jsonOf(
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): RequestInit {
  return {
    method,
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  };
}
