/**
 * Replaces the endpoints of better-auth that Signpost does not offer (`[alias]` in wrangler.toml): of
 * its API it asks only for sign-up, sign-in, sign-out and the session. What has no path is not routed.
 */

function unused(): never {
  throw new Error("Signpost does not use this endpoint of better-auth.");
}

export const accountInfo = unused;
export const callbackOAuth = unused;
export const changeEmail = unused;
export const changePassword = unused;
export const createEmailVerificationToken = unused;
export const deleteUser = unused;
export const deleteUserCallback = unused;
export const error = unused;
export const getAccessToken = unused;
export const linkSocialAccount = unused;
export const listUserAccounts = unused;
export const refreshToken = unused;
export const requestPasswordReset = unused;
export const requestPasswordResetCallback = unused;
export const resetPassword = unused;
export const sendVerificationEmail = unused;
export const sendVerificationEmailFn = unused;
export const setPassword = unused;
export const unlinkAccount = unused;
export const verifyEmail = unused;
export const verifyPassword = unused;

/** Called to make the endpoint, with each instance of the library. */
export const updateSession = () => unused;
export const updateUser = () => unused;
