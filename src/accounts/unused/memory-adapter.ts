/** Stands in for better-auth's adapter without a database (`[alias]` in wrangler.toml). */

export function memoryAdapter(): never {
  throw new Error("Accounts live in D1.");
}
