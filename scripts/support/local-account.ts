/** Ensures that the local installation has an account and that `.signpost/token` works. */

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { Trouble } from "../../tools/trouble.ts";

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

/** Returns the account. Creates it and its token if the database does not have them. */
export async function ensureLocalAccount(origin: string, folder: string): Promise<LocalAccount> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const accountFile = path.join(folder, "account.json");
  const tokenFile = path.join(folder, "token");
  const known = await readAccount(accountFile);
  const token = await readFile(tokenFile, "utf8").catch(() => null);
  if (known !== null && token !== null && (await tokenWorks(origin, token.trim()))) return known;

  const { account, cookie } = await signIn(origin, known);
  // The account first: if the token cannot be created, the next start creates it.
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

/** Signs in with the known account, or signs up if there is none or the database was reset. */
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
  if (!response.ok) throw await refused("The local account could not be created", response);
  return { account, cookie: cookieOf(response) };
}

async function createToken(origin: string, cookie: string): Promise<string> {
  const body = { name: "Local development", scopes: SCOPES };
  const response = await post(origin, "/api/tokens", body, cookie);
  if (!response.ok) throw await refused("The local API token could not be created", response);
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
      // Browsers send it, and changes by cookie are refused without it.
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
