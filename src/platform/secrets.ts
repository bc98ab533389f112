/**
 * The secrets of an installation. A person gives one, SIGNPOST_SECRET, from which the others are
 * derived. One that an installation has by itself goes before the derived one.
 *
 * Derivation is HKDF alone: it takes microseconds, and every isolate that counts a click needs a
 * key. Stretching would hold up all requests of an isolate, so the typed secret must be long
 * (decision 14).
 */

import { base64Of, base64UrlOf, hex } from "./bytes.ts";
import { derivedKey } from "./derived-key.ts";
import { typedSecret } from "./secret-strength.ts";

export interface Secrets {
  readonly SIGNPOST_SECRET?: string;
  /** Signs sessions; keys of visitors' hashes and of fingerprints come from it. */
  readonly AUTH_SECRET?: string;
  /** Seals secrets that must be read again, in the form that `sealing.ts` reads. */
  readonly ENCRYPTION_KEY?: string;
  /** Operates the installation; an empty one lets nobody. */
  readonly ADMIN_TOKEN?: string;
}

/** The secrets that are derived unless an installation has them by itself. */
export const DERIVED_SECRETS = [
  "AUTH_SECRET",
  "ENCRYPTION_KEY",
  "ADMIN_TOKEN",
] as const satisfies readonly (keyof Secrets)[];

export type SecretName = (typeof DERIVED_SECRETS)[number];

const DERIVATIONS: Readonly<Record<SecretName, (typed: string) => Promise<string>>> = {
  AUTH_SECRET: async (typed) => base64UrlOf(await keyOf(typed, "AUTH_SECRET", 32)),
  async ENCRYPTION_KEY(typed) {
    const bytes = await keyOf(typed, "ENCRYPTION_KEY", 36);
    // The id differs with the secret, so that what another secret has sealed is known by its key's id.
    return `s${hex(bytes.subarray(0, 4))}:${base64Of(bytes.subarray(4))}`;
  },
  ADMIN_TOKEN: async (typed) => base64UrlOf(await keyOf(typed, "ADMIN_TOKEN", 24)),
};

const known = new WeakMap<Secrets, Partial<Record<SecretName, string>>>();

/** Returns a secret. Derives it once for each environment. */
export async function secretOf(env: Secrets, name: SecretName): Promise<string> {
  const own = env[name];
  if (own !== undefined) return own;
  // An installation that has the others by itself may do without an operator.
  if (name === "ADMIN_TOKEN" && env.SIGNPOST_SECRET === undefined) return "";
  const derived = known.get(env) ?? {};
  known.set(env, derived);
  return (derived[name] ??= await DERIVATIONS[name](typedSecret(env)));
}

function keyOf(typed: string, name: SecretName, bytes: number): Promise<Uint8Array> {
  return derivedKey(typed, `secret/${name}`, bytes);
}
