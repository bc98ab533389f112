/** Where a request may carry an API token. A cookie is better-auth's business. */

const BEARER = /^bearer +(\S+)$/i;

/** Tells whether a request tries to authenticate by token at all, well-formed or not. */
export function offersToken(headers: Headers): boolean {
  return headers.has("Authorization") || headers.has("X-Api-Key");
}

/** Gives the token of a request, or null when the header that should hold it is malformed. */
export function tokenOf(headers: Headers): string | null {
  const authorization = headers.get("Authorization");
  if (authorization !== null) return BEARER.exec(authorization.trim())?.[1] ?? null;
  const key = headers.get("X-Api-Key")?.trim();
  return key === undefined || key === "" ? null : key;
}
