/** What a secret needs, so that a signature made with it cannot be used to try secrets out offline. */

/** The characters that each secret needs. */
export const SECRET_LENGTH_MIN = 32;

/** The different characters that a typed secret needs: a longer row of one key is no better. */
export const TYPED_VARIETY_MIN = 8;

/** Whether a secret that a person may have typed has enough characters, and enough different ones. */
export function isStrongTyped(secret: string): boolean {
  return secret.length >= SECRET_LENGTH_MIN && new Set(secret).size >= TYPED_VARIETY_MIN;
}

/** Returns SIGNPOST_SECRET as it counts: without the spaces around it, however it was typed. */
export function typedSecret({
  SIGNPOST_SECRET: secret,
}: {
  readonly SIGNPOST_SECRET?: string;
}): string {
  if (secret === undefined) throw new Error("SIGNPOST_SECRET is not set.");
  return secret.trim().normalize("NFC");
}
