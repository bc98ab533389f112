/** A fake internet: a DNS resolver at one URL, and hosts at all others. */

import type { OutboundPolicy } from "../../src/platform/safe-fetch.ts";

const DOH_URL = "https://dns.test/dns-query";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

interface World {
  /** The answer of every host; an empty 200 when absent. */
  readonly answer?: (init: RequestInit) => Response | Promise<Response>;
  /** Records by `name type`. Every other name under example.com has a public address. */
  readonly records?: Readonly<Record<string, readonly string[]>>;
  /** The resolver's own answer, in place of records. */
  readonly resolver?: () => Response | Promise<Response>;
  readonly policy?: Partial<OutboundPolicy>;
}

const TYPE_NUMBERS: Readonly<Record<string, number>> = { A: 1, CNAME: 5, TXT: 16, AAAA: 28 };

/** Returns a policy for safe-fetch, and lists of the DNS queries made and the requests sent. */
export function fakeInternet({ answer, records = {}, resolver, policy = {} }: World = {}) {
  const asked: string[] = [];
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    if (!url.startsWith(DOH_URL)) {
      sent.push({ url, init });
      return answer?.(init) ?? new Response();
    }
    const query = new URL(url).searchParams;
    const [name, type] = [query.get("name") ?? "", query.get("type") ?? ""];
    asked.push(`${name} ${type}`);
    return resolver?.() ?? Response.json(answerOf(name, type, records));
  };
  return {
    asked,
    sent,
    policy: {
      dohUrl: DOH_URL,
      allowPrivate: false,
      isOwnHost: (hostname: string) => hostname === "sign.test",
      fetch,
      ...policy,
    } satisfies OutboundPolicy,
  };
}

function answerOf(name: string, type: string, records: NonNullable<World["records"]>) {
  const isPublic = name === "example.com" || name.endsWith(".example.com");
  const known = Object.keys(records).some((key) => key.startsWith(`${name} `));
  if (!known && !isPublic) return { Status: 3 };
  const own = records[`${name} ${type}`] ?? [];
  const data = known || type !== "A" ? own : ["93.184.215.14"];
  const alias = (records[`${name} CNAME`] ?? []).map((target) => ({ type: 5, data: target }));
  const found = data.map((text) => ({ name, type: TYPE_NUMBERS[type], TTL: 60, data: text }));
  return { Status: 0, Answer: [...alias, ...found] };
}
