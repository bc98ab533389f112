/**
 * Gives new links their passwords: the first few are hashed before the call answers, the others are
 * sealed, and a sweep hashes them afterwards.
 */

import { hashPassword } from "../platform/password.ts";
import { sealPassword } from "../platform/sealed-password.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";

/** Each hash takes 150 ms of the thread that also answers redirects. */
export const HASHED_MAX = 10;
/** Sealing takes microseconds, but thousands of them would still hold up the isolate. */
const SEALED_AT_ONCE = 100;

interface Draft {
  readonly uuid: string;
  /** In plain text; null for none. */
  readonly password: string | null;
}

type Locked<D extends Draft> = Omit<D, "password"> & { readonly passwordHash?: string };

/**
 * Replaces the password of each draft by its stored form. Drafts that will be refused must not be
 * among them: a refused link costs no hash.
 */
export async function withPasswords<D extends Draft>(
  env: Secrets,
  drafts: readonly D[],
): Promise<Locked<D>[]> {
  const locked: Locked<D>[] = [];
  let count = 0;
  for (const { password, ...draft } of drafts) {
    if (password === null) {
      locked.push(draft);
      continue;
    }
    count += 1;
    const passwordHash =
      count <= HASHED_MAX
        ? await hashPassword(password)
        : await sealPassword(await secretOf(env, "ENCRYPTION_KEY"), draft.uuid, password);
    locked.push({ ...draft, passwordHash });
    if (count % SEALED_AT_ONCE === 0) await scheduler.wait(0);
  }
  return locked;
}
