/** Collects what a token may not do, so that a person learns all of it at once. */

import { Trouble } from "../../tools/trouble.ts";
import { ApiError } from "./client.ts";

/** What a token needs, optional parts included, as the form that makes one names it. */
const NEEDED = [
  ["workers_scripts", "edit"],
  ["d1", "edit"],
  ["workers_kv_storage", "edit"],
  ["queues", "edit"],
  ["zone", "read"],
  ["dns", "read"],
  ["workers_routes", "read"],
  ["account_settings", "read"],
  ["billing", "read"],
].map(([key, type]) => ({ key, type }));

/** Opens the form with all of it chosen. */
export const TOKEN_FORM = `https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=${encodeURIComponent(JSON.stringify(NEEDED))}&accountId=*&zoneId=all&name=Signpost`;

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
        "for this account, or is no longer valid. docs/deploy.md lists what a token needs. This form makes one, and " +
        "Workers Builds takes it in the Worker's Settings, Build, API token, before the build is retried:\n" +
        `  ${TOKEN_FORM}`,
    );
  }
}
