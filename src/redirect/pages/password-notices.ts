/** The notices of a link with a password, in a separate file because few links need them. */

import type { Notice } from "./notices.ts";

const FORM =
  '<form method="post"><p><label for="password">Password</label><br>' +
  '<input id="password" name="password" type="password" required autofocus ' +
  'autocomplete="current-password" style="font:inherit;width:100%;box-sizing:border-box;padding:.5rem"></p>' +
  '<p><button style="font:inherit;padding:.5rem 1rem">Continue</button></p></form>';

export const PASSWORD_REQUIRED: Notice = {
  code: "PASSWORD_REQUIRED",
  status: 401,
  title: "This link is protected",
  text: "Enter its password to continue.",
  form: FORM,
};

export const PASSWORD_WRONG: Notice = {
  code: "PASSWORD_WRONG",
  status: 403,
  title: "Wrong password",
  text: "Check it and try again.",
  form: FORM,
};

export const TOO_MANY_TRIES: Notice = {
  code: "RATE_LIMIT_EXCEEDED",
  status: 429,
  title: "Too many attempts",
  text: "Wait a while before you enter the password again.",
  form: FORM,
};

const HOST = /^[a-z0-9._:[\]-]{1,253}$/;

/**
 * Returns a notice whose form also sends where the visitor comes from, which a browser tells only
 * with the first request. A host that could be more than text is left out.
 */
export function withOrigin(what: Notice, host: string | null): Notice {
  if (host === null || !HOST.test(host) || what.form === undefined) return what;
  const field = `<input type="hidden" name="from" value="${host}"></form>`;
  return { ...what, form: what.form.replace("</form>", field) };
}
