/**
 * Stands in for better-auth's own password hashing (`[alias]` in wrangler.toml), which would load
 * node:crypto at each start; ours is `../password.ts`.
 */

export function hashPassword(): never {
  throw new Error("Passwords are hashed in accounts/password.ts.");
}

export function verifyPassword(): never {
  throw new Error("Passwords are verified in accounts/password.ts.");
}
