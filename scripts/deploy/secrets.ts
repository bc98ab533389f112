/** The secrets of an installation. One that Cloudflare has is never part of an upload. */

import {
  isStrongTyped,
  SECRET_LENGTH_MIN,
  TYPED_VARIETY_MIN,
  typedSecret,
} from "../../src/platform/secret-strength.ts";
import { DERIVED_SECRETS } from "../../src/platform/secrets.ts";
import { Trouble } from "../../tools/trouble.ts";
import { newSecret } from "../support/dev-vars.ts";
import type { Found } from "./found.ts";
import type { Memory } from "./memory.ts";
import { SETUP_SECRET, setupToken } from "./setup-link.ts";
import type { Situation } from "./situation.ts";
import type { Template } from "./template.ts";

type Secrets = Readonly<Record<string, string>>;

/** The one secret that an installation needs. */
const TYPED_SECRET = "SIGNPOST_SECRET";

/** Without these, what they have signed and sealed is lost. */
const NEEDED = ["AUTH_SECRET", "ENCRYPTION_KEY"];

interface Known {
  readonly template: Template;
  readonly found: Found;
  /** The names of the secrets that this machine has. */
  readonly kept: readonly string[];
}

/**
 * Returns the names of the secrets that the Worker must have: SIGNPOST_SECRET, and those that the
 * installation has by themselves. One that has both AUTH_SECRET and ENCRYPTION_KEY so needs no other.
 */
export function requiredSecrets({ template, found, kept }: Known): readonly string[] {
  const live = new Set(found.worker?.secrets);
  // A copy is of use only to a Worker that has to be made again.
  const known = live.has(TYPED_SECRET) ? live : new Set([...live, ...kept]);
  const own = DERIVED_SECRETS.filter((name) => known.has(name));
  const needsTyped =
    !NEEDED.every((name) => live.has(name)) &&
    (known.has(TYPED_SECRET) || !NEEDED.every((name) => known.has(name)));
  return template.requiredSecrets.flatMap((name) => {
    if (name !== TYPED_SECRET) return [name];
    return needsTyped || live.has(TYPED_SECRET) ? [TYPED_SECRET, ...own] : own;
  });
}

/** Returns the names of the secrets that the Worker lacks. */
export function missingSecrets(known: Known): readonly string[] {
  const live = new Set(known.found.worker?.secrets);
  return requiredSecrets(known).filter((name) => !live.has(name));
}

/** Returns the names under which a machine that is gone afterwards may be given secrets. */
export function givenSecrets({ requiredSecrets: required }: Template): readonly string[] {
  return [...required, ...DERIVED_SECRETS, SETUP_SECRET];
}

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

function makeSecret(name: string): string {
  if (name === TYPED_SECRET) return newSecret();
  throw new Trouble(`The Worker needs the secret ${name}, which no deployment makes.`);
}

const KEY = /^[^:,]+:[A-Za-z0-9+/]{43}=$/;

/** Returns the names of secrets that the Worker would refuse. */
export function unfitSecrets(known: Secrets): readonly string[] {
  return Object.keys(known).filter((name) => !isFit(name, known[name] ?? ""));
}

function isFit(name: string, value: string): boolean {
  if (name === TYPED_SECRET) return isStrongTyped(typedSecret({ SIGNPOST_SECRET: value }));
  if (name === "ENCRYPTION_KEY") return value.split(",").every((key) => KEY.test(key));
  return value.length >= SECRET_LENGTH_MIN;
}

/** Says what the Worker asks of secrets. */
export const FITNESS =
  `a secret has at least ${SECRET_LENGTH_MIN} characters, ${TYPED_SECRET} ${TYPED_VARIETY_MIN} different ones, ` +
  "and ENCRYPTION_KEY is `<key id>:<32 bytes in base64>`.";

/** Reminds of the copies on this machine, until they have been moved; null if there are none. */
export function reminder(kept: Secrets, file: string): string | null {
  const names = Object.keys(kept).filter((name) => name !== SETUP_SECRET);
  if (names.length === 0) return null;
  return (
    `${file} has the only readable copy of ${names.join(", ")}, without which a restored database ` +
    "cannot be read. Move it to a safe place: this reminder ends when the file is gone."
  );
}
