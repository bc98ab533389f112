/** Chooses the secrets of an upload. One that Cloudflare has is never among them. */

import { SECRET_LENGTH_MIN } from "../../src/platform/secret-length.ts";
import { makeSecret } from "../support/dev-vars.ts";
import type { Memory } from "./memory.ts";
import { SETUP_SECRET, setupToken } from "./setup-link.ts";
import { missingSecrets, type Situation } from "./situation.ts";

type Secrets = Readonly<Record<string, string>>;

export interface Chosen {
  readonly secrets: Secrets;
  readonly setupToken: string | null;
}

/**
 * Takes missing secrets from what is known, and makes the others. Everything is kept on this machine
 * before it is used, so that a deployment that is interrupted goes on with the same secrets.
 */
export async function chooseSecrets(
  situation: Situation,
  known: Secrets,
  memory: Memory,
): Promise<Chosen> {
  const { found, isShortLived } = situation;
  const chosen: Record<string, string> = {};
  for (const name of missingSecrets(situation)) chosen[name] = known[name] ?? makeSecret(name);
  const hasAccounts = found.database?.hasAccounts === true;
  const token = setupToken({ hasAccounts, kept: known[SETUP_SECRET], isShortLived });
  if (token !== null) chosen[SETUP_SECRET] = token;
  const { [SETUP_SECRET]: _used, ...kept } = await memory.secrets();
  if (!isShortLived) await memory.setSecrets({ ...kept, ...chosen });
  return { secrets: chosen, setupToken: token };
}

const KEY = /^[^:,]+:[A-Za-z0-9+/]{43}=$/;

/** Returns the names of secrets that are too short, or no keys. */
export function unfitSecrets(known: Secrets): readonly string[] {
  return Object.entries(known)
    .filter(([name, value]) =>
      name === "ENCRYPTION_KEY"
        ? !value.split(",").every((key) => KEY.test(key))
        : value.length < SECRET_LENGTH_MIN,
    )
    .map(([name]) => name);
}

/** Reminds of the copies on this machine, until they have been moved; null if there are none. */
export function reminder(kept: Secrets, file: string): string | null {
  const names = Object.keys(kept).filter((name) => name !== SETUP_SECRET);
  if (names.length === 0) return null;
  return (
    `${file} has the only readable copies of ${names.join(", ")}, without which a restored database ` +
    "cannot be read. Move it to a safe place: this reminder ends when the file is gone."
  );
}
