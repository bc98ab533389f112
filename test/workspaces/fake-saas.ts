/** Stands in for Cloudflare's API of custom hostnames, which is not here. */

interface Remote {
  readonly id: string;
  readonly hostname: string;
  status: string;
  ssl: string;
  problem: string | null;
}

export interface FakeSaas {
  readonly fetch: typeof fetch;
  /** The names that the zone has. */
  names(): string[];
  /** Adds a name that somebody else has made. */
  add(hostname: string): void;
  /** Sets how far a name and its certificate are. */
  set(hostname: string, status: string, ssl: string, problem?: string): void;
  /** Decides what happens to each request; null lets it through. */
  fault: (method: string, url: URL) => "down" | "lost answer" | Response | null;
  /** What was asked, as `METHOD url`. */
  readonly asked: string[];
  /** The credentials that came. */
  readonly tokens: Set<string | null>;
}

export function fakeSaas(): FakeSaas {
  const remotes = new Map<string, Remote>();
  const add = (hostname: string): Remote => {
    const id = crypto.randomUUID().replaceAll("-", "");
    const made = { id, hostname, status: "pending", ssl: "pending_validation", problem: null };
    remotes.set(id, made);
    return made;
  };
  const byName = (hostname: string) =>
    [...remotes.values()].find((remote) => remote.hostname === hostname);

  async function answer(method: string, url: URL, init?: RequestInit): Promise<Response> {
    const [, id] = /custom_hostnames\/(\w+)$/.exec(url.pathname) ?? [];
    if (id !== undefined) {
      const remote = remotes.get(id);
      if (remote === undefined) return refusal(404, 1436);
      if (method === "DELETE") remotes.delete(id);
      if (method === "PATCH") remote.ssl = "pending_validation";
      return Response.json({ success: true, result: wire(remote) });
    }
    if (method === "GET") {
      // Matches more than asked for.
      const asked = url.searchParams.get("hostname") ?? "";
      const found = [...remotes.values()].filter(({ hostname }) => hostname.includes(asked));
      return Response.json({ success: true, result: found.map(wire) });
    }
    const { hostname } = JSON.parse(init?.body as string) as { hostname: string };
    if (byName(hostname) !== undefined) return refusal(409, 1406);
    return Response.json({ success: true, result: wire(add(hostname)) }, { status: 201 });
  }

  const fake: FakeSaas = {
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      const method = init?.method ?? "GET";
      fake.asked.push(`${method} ${url.href}`);
      fake.tokens.add(new Headers(init?.headers).get("Authorization"));
      const fault = fake.fault(method, url);
      if (fault === "down") throw new TypeError("network");
      if (fault instanceof Response) return fault;
      const answered = await answer(method, url, init);
      if (fault === "lost answer") throw new TypeError("network");
      return answered;
    },
    names: () => [...remotes.values()].map(({ hostname }) => hostname),
    add: (hostname) => void add(hostname),
    set(hostname, status, ssl, problem) {
      const remote = byName(hostname);
      if (remote === undefined) throw new Error(`The zone has no ${hostname}.`);
      Object.assign(remote, { status, ssl, problem: problem ?? null });
    },
    fault: () => null,
    asked: [],
    tokens: new Set(),
  };
  return fake;
}

/** What Cloudflare answers when it refuses. */
export function refusal(status: number, code: number): Response {
  const errors = [{ code, message: "internal words" }];
  return Response.json({ success: false, errors, result: null }, { status });
}

function wire({ id, hostname, status, ssl, problem }: Remote) {
  const errors = problem === null ? [] : [{ message: problem }];
  return { id, hostname, status, ssl: { status: ssl, method: "http", validation_errors: errors } };
}
