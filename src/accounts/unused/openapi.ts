/** Replaces better-call's document of the account library's endpoints (`[alias]` in wrangler.toml). */

function unused(): never {
  throw new Error("The account library's endpoints are not documented.");
}

export const generator = unused;
export const getHTML = unused;
