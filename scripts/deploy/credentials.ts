/** Finds who deploys, and into which account. */

import { Trouble } from "../../tools/trouble.ts";
import { runWrangler } from "../../tools/wrangler.ts";
import type { Client } from "./client.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the headers that identify the caller: from the environment, else wrangler's login. */
export async function credentialsFrom(env: Environment): Promise<Readonly<Record<string, string>>> {
  const { CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY, CLOUDFLARE_EMAIL } = env;
  if (CLOUDFLARE_API_TOKEN) return { authorization: `Bearer ${CLOUDFLARE_API_TOKEN}` };
  if (CLOUDFLARE_API_KEY && CLOUDFLARE_EMAIL) {
    return { "x-auth-key": CLOUDFLARE_API_KEY, "x-auth-email": CLOUDFLARE_EMAIL };
  }
  // Debug messages would be on the same stream as the token.
  const quiet = { env: { WRANGLER_LOG: undefined } };
  const { code, stdout } = await runWrangler(["auth", "token", "--json"], quiet);
  const token = code === 0 ? tokenIn(stdout) : null;
  if (token !== null) return { authorization: `Bearer ${token}` };
  throw new Trouble("Sign in first: `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.");
}

function tokenIn(stdout: string): string | null {
  try {
    const { token } = JSON.parse(stdout) as { token?: unknown };
    return typeof token === "string" ? token : null;
  } catch {
    return null;
  }
}

export interface AccountChoice {
  /** The name or the id of an account. */
  readonly given: string | null;
  readonly remembered: string | null;
}

const ID = /^[0-9a-f]{32}$/;

/** Returns the id of the account. Refuses one other than that of an earlier deployment. */
export async function chooseAccount(
  client: Client,
  { given, remembered }: AccountChoice,
): Promise<string> {
  const chosen = await chosenAccount(client, given ?? remembered);
  if (remembered === null || remembered === chosen) return chosen;
  throw new Trouble(
    `This installation is in the account ${remembered}, not in ${chosen}: choose another name by --name.`,
  );
}

async function chosenAccount(client: Client, wanted: string | null): Promise<string> {
  if (wanted !== null && ID.test(wanted)) return wanted;
  const accounts = await client.list("/accounts");
  const fitting = accounts.filter(({ name }) => wanted === null || name === wanted);
  const [account] = fitting;
  if (account !== undefined && fitting.length === 1) return String(account["id"]);
  const lines = accounts.map(({ id, name }) => `  ${String(id)}  ${String(name)}`);
  if (lines.length === 0) throw new Trouble("The token has access to no account.");
  throw new Trouble(`Choose an account by --account:\n${lines.join("\n")}`);
}
