/** Calls the native API as one account, and reads what it answers. */

import type { Scope } from "../../src/access/access.ts";
import { type Account, newAccount } from "./account.ts";
import { callApi } from "./api.ts";

export interface NativeClient {
  readonly account: Account;
  /** Sends a JSON body where one is given. */
  call(method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Response>;
  /** Creates a link and gives its JSON; throws what went wrong. */
  link(fields?: Record<string, unknown>): Promise<WireLink>;
}

export type WireLink = Record<string, unknown> & {
  readonly id: string;
  readonly shortCode: string;
};

/** Makes an account (unless one is given) and a client with a token of these scopes, or of all. */
export async function newClient(account?: Account, ...scopes: Scope[]): Promise<NativeClient> {
  const owner = account ?? (await newAccount());
  const token = await owner.token(...scopes);
  const call: NativeClient["call"] = (method, path, body, headers = {}) => {
    const sent = new Headers(headers);
    sent.set("Authorization", `Bearer ${token}`);
    if (body === undefined) return callApi(path, { method, headers: sent });
    if (!sent.has("Content-Type")) sent.set("Content-Type", "application/json");
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return callApi(path, { method, headers: sent, body: text });
  };
  return {
    account: owner,
    call,
    async link(fields = {}) {
      const response = await call("POST", "/api/links", {
        destinationUrl: "https://example.com",
        ...fields,
      });
      if (response.status !== 201) throw new Error(await response.text());
      return response.json();
    },
  };
}

/** A custom code that no other test has. */
export function newCode(): string {
  return `t${crypto.randomUUID().replaceAll("-", "").slice(0, 15)}`;
}
