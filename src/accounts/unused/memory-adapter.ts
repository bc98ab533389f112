/** Replaces better-auth's in-memory adapter (`[alias]` in wrangler.toml). */

export function memoryAdapter(): never {
  throw new Error("Accounts are stored in D1.");
}
