/** Sees to it that the local installation has an account and that `.signpost/token` works. */

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { Trouble } from "./trouble.ts";

const SCOPES = [
  "links:read",
  "links:create",
  "links:update",
  "links:delete",
  "links:read:analytics",
  "webhooks:read",
  "webhooks:manage",
];

export interface LocalAccount {
  readonly email: string;
  readonly password: string;
}

/** Gives the account, making it and its token where the database does not know them (any more). */
export async function ensureLocalAccount(origin: string, folder: string): Promise<LocalAccount> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const accountFile = path.join(folder, "account.json");
  const tokenFile = path.join(folder, "token");
  const known = await readAccount(accountFile);
  const token = await readFile(tokenFile, "utf8").catch(() => null);
  if (known !== null && token !== null && (await tokenWorks(origin, token.trim()))) return known;

  const { account, cookie } = await signIn(origin, known);
  // The account first: a token that could not be made is made at the next start.
  await writeFile(accountFile, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 });
  await writeFile(tokenFile, `${await createToken(origin, cookie)}\n`, { mode: 0o600 });
  return account;
}

async function readAccount(file: string): Promise<LocalAccount | null> {
  try {
    const { email, password } = JSON.parse(await readFile(file, "utf8")) as Partial<LocalAccount>;
    return email === undefined || password === undefined ? null : { email, password };
  } catch {
    return null;
  }
}

async function tokenWorks(origin: string, token: string): Promise<boolean> {
  const response = await fetch(`${origin}/api/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return response.status === 200;
}

interface SignedIn {
  readonly account: LocalAccount;
  readonly cookie: string;
}

/** Signs the known account in; without one, or where the database was wiped, signs a new one up. */
async function signIn(origin: string, known: LocalAccount | null): Promise<SignedIn> {
  if (known !== null) {
    const response = await post(origin, "/api/auth/sign-in/email", { ...known });
    if (response.ok) return { account: known, cookie: cookieOf(response) };
  }
  const account = {
    email: `local-${randomBytes(3).toString("hex")}@signpost.test`,
    password: randomBytes(12).toString("base64url"),
  };
  const response = await post(origin, "/api/auth/sign-up/email", { ...account, name: "Local" });
  if (!response.ok) throw await refused("The local account could not be made", response);
  return { account, cookie: cookieOf(response) };
}

async function createToken(origin: string, cookie: string): Promise<string> {
  const body = { name: "Local development", scopes: SCOPES };
  const response = await post(origin, "/api/tokens", body, cookie);
  if (!response.ok) throw await refused("The local API token could not be made", response);
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function post(
  origin: string,
  route: string,
  body: Record<string, unknown>,
  cookie?: string,
): Promise<Response> {
  return await fetch(origin + route, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // What a browser sends, and what a change by cookie is refused without.
      origin,
      ...(cookie === undefined ? {} : { cookie }),
    },
    body: JSON.stringify(body),
  });
}

function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}

async function refused(what: string, response: Response): Promise<Trouble> {
  return new Trouble(`${what}: ${response.status} ${await response.text()}`);
}
