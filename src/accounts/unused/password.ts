/**
 * Replaces better-auth's own password hashing (`[alias]` in wrangler.toml), which would load
 * node:crypto at each start. Ours is `../../platform/password.ts`.
 */

export function hashPassword(): never {
  throw new Error("Passwords are hashed in platform/password.ts.");
}

export function verifyPassword(): never {
  throw new Error("Passwords are verified in platform/password.ts.");
}
