/** Goals, clicks that lead to conversions, and postbacks, for tests of conversions. */

import { env } from "cloudflare:workers";

import type { LedgerClick } from "../../src/ledger/contract.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { visitorHash } from "../../src/platform/keyed-hash.ts";
import { secretOf } from "../../src/platform/secrets.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import type { Account } from "./account.ts";
import { callApi, jsonOf } from "./api.ts";
import { newNativeClient } from "./native.ts";

export interface WireGoal {
  readonly id: string;
  readonly token: string;
  readonly postbackUrl: string;
  /** Only when it was just made. */
  readonly secret?: string;
}

/** Makes a goal and gives its JSON; throws what went wrong. */
export async function newGoal(
  account: Account,
  fields: Record<string, unknown> = {},
): Promise<WireGoal> {
  const { call } = await newNativeClient({ account });
  const made = await call<WireGoal>("POST", "/api/conversion-goals", {
    name: "Purchase",
    ...fields,
  });
  if (made.status !== 201) throw new Error(made.text);
  return made.body;
}

export interface Person {
  readonly ip: string;
  readonly ua: string;
}

export const ADA: Person = { ip: "203.0.113.1", ua: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0)" };

/** Lets a person click; gives the click's id. */
export async function clickOf(
  { workspace }: Account,
  person: Person | null,
  fields: Partial<LedgerClick> = {},
): Promise<number> {
  const hash = await visitorHash(await secretOf(env, "AUTH_SECRET"), workspace.ledger);
  const visitor = {
    addressHash: person === null ? null : hash("address", person.ip),
    agentHash: person === null ? null : hash("agent", person.ua),
  };
  const clicks = [click({ atMs: Date.now(), ...visitor, ...fields })];
  const [ingested] = await ledgerFor(env, workspace.ledger).ingest([batch(clicks)]);
  return ingested?.firstClickId ?? 0;
}

/** Reports a conversion with a JSON body. */
export async function report(
  { token }: Pick<WireGoal, "token">,
  body: unknown = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return callApi(`/api/conversions/track/${token}`, jsonOf("POST", body, headers));
}
