/** Queries the DNS over HTTPS, in the JSON form that public resolvers share (it has no RFC). */

import { err, ok, type Result } from "./result.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Resolver {
  readonly dohUrl: string;
  /** Replaces the runtime's own `fetch` in tests. */
  readonly fetch?: Fetch | undefined;
}

/** `failed` says nothing about the name: the resolver gave no answer, or one we cannot read. */
export type DnsFailure = "not_found" | "failed";

const DNS_TIMEOUT_MS = 5_000;

const RECORD_TYPES = { A: 1, AAAA: 28, TXT: 16 } as const;
const STATUS_FOUND = 0;
const STATUS_NO_SUCH_NAME = 3;

/**
 * Returns the data of a name's records of one type, in the resolver's notation (TXT is quoted).
 *
 * The list is empty for a name that exists without such a record. CNAMEs on the way are left out.
 */
export async function askDns(
  hostname: string,
  type: keyof typeof RECORD_TYPES,
  { dohUrl, fetch: send = fetch }: Resolver,
): Promise<Result<readonly string[], DnsFailure>> {
  const url = new URL(dohUrl);
  url.searchParams.set("name", hostname);
  url.searchParams.set("type", type);
  try {
    const response = await send(url.href, {
      headers: { accept: "application/dns-json" },
      redirect: "manual",
      signal: AbortSignal.timeout(DNS_TIMEOUT_MS),
    });
    if (response.status === 200) return read(await response.json(), RECORD_TYPES[type]);
    await response.body?.cancel();
    return err("failed");
  } catch {
    return err("failed");
  }
}

/** Returns all IPv4 and IPv6 addresses of a name. Fails if either query failed. */
export async function resolveAddresses(
  hostname: string,
  resolver: Resolver,
): Promise<Result<readonly string[], DnsFailure>> {
  const [v4, v6] = await Promise.all([
    askDns(hostname, "A", resolver),
    askDns(hostname, "AAAA", resolver),
  ]);
  const addresses: string[] = [];
  for (const answer of [v4, v6]) {
    if (answer.ok) addresses.push(...answer.value);
    // Some name servers report a name as missing when it only lacks an IPv6 address.
    else if (answer.error === "failed") return answer;
  }
  return addresses.length > 0 ? ok(addresses) : err("not_found");
}

function read(body: unknown, recordType: number): Result<readonly string[], DnsFailure> {
  if (!isRecord(body)) return err("failed");
  const { Status: status, Answer: answers = [] } = body;
  if (status === STATUS_NO_SUCH_NAME) return err("not_found");
  if (status !== STATUS_FOUND || !Array.isArray(answers)) return err("failed");
  const data: string[] = [];
  for (const answer of answers as unknown[]) {
    if (!isRecord(answer)) return err("failed");
    if (answer["type"] !== recordType) continue;
    if (typeof answer["data"] !== "string") return err("failed");
    data.push(answer["data"]);
  }
  return ok(data);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
