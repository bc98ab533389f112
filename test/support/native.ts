/** The native API as one account calls it. */

import { type Client, type ClientOptions, newClient } from "./client.ts";

export interface NativeClient extends Client {
  /** Creates a link and gives its JSON; throws what went wrong. */
  link(fields?: Record<string, unknown>): Promise<WireLink>;
}

export type WireLink = Record<string, unknown> & {
  readonly id: string;
  readonly shortCode: string;
};

export async function newNativeClient(options: ClientOptions = {}): Promise<NativeClient> {
  const client = await newClient({ dialect: "native", ...options });
  return {
    ...client,
    async link(fields = {}) {
      const { status, body, text } = await client.call<WireLink>("POST", "/api/links", {
        destinationUrl: "https://example.com",
        ...fields,
      });
      if (status !== 201) throw new Error(text);
      return body;
    },
  };
}

/** Gives a link as lists show it, without the parts that they leave out. */
export function listed({ rules: _rules, abTest: _test, qrSettings: _look, ...link }: WireLink) {
  return link;
}

/** A custom code that no other test has. */
export function newCode(): string {
  return `t${crypto.randomUUID().replaceAll("-", "").slice(0, 15)}`;
}
