/**
 * Replaces what better-auth does with the answer of a social provider (`[alias]` in wrangler.toml).
 * Signpost has none.
 */

function unused(): never {
  throw new Error("Signpost does not use social sign-in.");
}

export const applyUpdateUserInfoOnLink = unused;
export const generateGenericState = unused;
export const generateIdTokenNonce = unused;
export const generateState = unused;
export const handleOAuthUserInfo = unused;
export const linkOAuthAccount = unused;
export const parseGenericState = unused;
export const parseState = unused;
