import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";

import app from "../../src/api/app.ts";

/** The origin that tests call: PUBLIC_URL of vitest.config.ts. */
export const ORIGIN = "https://sign.test";

/** Calls the API as `worker.ts` does, and waits for what it left running. A path or a whole URL. */
export async function callApi(path: string, init?: RequestInit): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request(new URL(path, ORIGIN), init);
  const response = await app.fetch(request, env, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}
