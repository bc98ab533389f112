/** Reads the password of a row. */

import { readFlag } from "../../../../links/csv/cells.ts";
import { PASSWORD_LENGTH_MAX } from "../../../../platform/password.ts";
import { err, ok, type Result } from "../../../../platform/result.ts";
import type { ImportColumn } from "./columns.ts";

/** Returns the password that a row asks for, null for none, or what is wrong with it. */
export function readPassword(
  cells: Readonly<Pick<Record<ImportColumn, string>, "password" | "password_protected">>,
): Result<string | null, string> {
  const { password } = cells;
  const flag = cells.password_protected.trim();
  const isProtected = flag === "" ? password !== "" : readFlag(flag);
  if (isProtected === null) return err("Password protected must be true or false");
  // An export shows that a link had a password but not which. Without one, it must not become
  // public.
  if (isProtected && password === "") return err("Password can't be blank");
  if (!isProtected && password !== "") {
    return err("Password must be blank if password protected is false");
  }
  if (password.length > PASSWORD_LENGTH_MAX) {
    return err(`Password is too long (maximum is ${PASSWORD_LENGTH_MAX} characters)`);
  }
  return ok(isProtected ? password : null);
}
