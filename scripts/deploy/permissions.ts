/** Collects what a token may not do, so that a person learns all of it at once. */

import { Trouble } from "../../tools/trouble.ts";
import { ApiError } from "./client.ts";

export class Permissions {
  readonly #missing = new Set<string>();

  /** Calls Cloudflare. Returns null, and remembers the permission, if the token may not. */
  async ask<T>(permission: string, call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isDenied) throw error;
      this.#missing.add(permission);
      return null;
    }
  }

  /** Throws a Trouble that lists the missing permissions, if there are any. */
  refuseMissing(): void {
    if (this.#missing.size === 0) return;
    const lines = [...this.#missing].sort().map((permission) => `  ${permission}`);
    throw new Trouble(
      `The token may not do all that a deployment does. Nothing was changed. It lacks\n${lines.join("\n")}\n` +
        "for this account, or is no longer valid. docs/deploy.md lists what a token needs.",
    );
  }
}
