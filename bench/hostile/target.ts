/** The Worker under attack: its server, somebody with an account on it, and requests to it. */

import { Agent, request } from "node:http";
import { join } from "node:path";

import { ROOT } from "../../tools/wrangler.ts";
import { startServer } from "../support/server.ts";
import { startSink } from "./sink.ts";

export interface HostileAnswer {
  readonly status: number;
  readonly text: string;
  readonly cookies: readonly string[];
}

export interface Sent {
  readonly json?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
  readonly form?: string;
  readonly csv?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The network address that Cloudflare would tell. */
  readonly from?: string;
}

export interface Target {
  readonly port: number;
  readonly pid: number | undefined;
  /** A receiver of webhooks that accepts everything. */
  readonly sink: string;
  get(path: string, sent?: Sent): Promise<HostileAnswer>;
  post(path: string, sent: Sent): Promise<HostileAnswer>;
  /** As somebody with an account. Throws if it is refused and `isAllowed` is not set. */
  call(method: string, path: string, sent?: Sent): Promise<HostileAnswer>;
  /** Returns the code of a new link. */
  createLink(fields?: Readonly<Record<string, unknown>>): Promise<string>;
  stop(): Promise<void>;
}

const HOST = "localhost:8787";
const ORIGIN = `http://${HOST}`;
const SCOPES = ["links:read", "links:create", "links:update"];

/** Where D1 runs: in a process of its own, as on Cloudflare, or in the Worker's, as locally. */
export type Place = "elsewhere" | "within";

/** Starts the Worker, and makes an account and a token. */
export async function startTarget(database: Place): Promise<Target> {
  const sink = await startSink();
  const vars = { ALLOW_PRIVATE_WEBHOOKS: "true", DOH_URL: sink.origin };
  const door =
    database === "elsewhere"
      ? await startServer({ entry: entryOf("database-door"), consumes: false })
      : null;
  const server = await startServer(
    door === null
      ? { vars, consumes: true }
      : {
          entry: entryOf("distant-database"),
          vars: { ...vars, DATABASE_ORIGIN: door.url.origin },
          consumes: true,
        },
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const port = Number(server.url.port);
  const send = (method: string, path: string, sent: Sent = {}) =>
    ask({ agent, port, method, path, sent });

  const headers = { Origin: ORIGIN };
  const person = { name: "Eve", email: "eve@example.com", password: "correct horse battery" };
  const signedUp = await send("POST", "/api/auth/sign-up/email", { json: person, headers });
  const session = { ...headers, Cookie: signedUp.cookies.join("; ") };
  const wanted = { name: "Bench", scopes: SCOPES };
  const made = await send("POST", "/api/tokens", { json: wanted, headers: session });
  if (made.status !== 201) throw new Error(`No token: ${made.status} ${made.text}`);
  const { token } = JSON.parse(made.text) as { readonly token: string };

  async function call(method: string, path: string, sent: Sent = {}): Promise<HostileAnswer> {
    const isSession = path.startsWith("/api/webhooks");
    const authorized = isSession ? session : { Authorization: `Bearer ${token}` };
    return send(method, path, { ...sent, headers: { ...authorized, ...sent.headers } });
  }

  return {
    port,
    pid: server.pid,
    sink: sink.origin,
    get: (path, sent) => send("GET", path, sent),
    post: (path, sent) => send("POST", path, sent),
    call,
    async createLink(fields = {}) {
      const json = { destinationUrl: "https://example.com/landing", ...fields };
      const answer = await call("POST", "/api/links", { json });
      if (answer.status !== 201) throw new Error(`No link: ${answer.status} ${answer.text}`);
      return (JSON.parse(answer.text) as { readonly shortCode: string }).shortCode;
    },
    async stop() {
      agent.destroy();
      await server.stop();
      await door?.stop();
      await sink.close();
    },
  };
}

function entryOf(name: string): string {
  return join(ROOT, "bench", "worker", `${name}.ts`);
}

interface Question {
  readonly agent: Agent;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly sent: Sent;
}

function ask({ agent, port, method, path, sent }: Question): Promise<HostileAnswer> {
  const [body, type] = bodyOf(sent);
  const headers = {
    Host: HOST,
    Accept: "application/json",
    ...(type === null ? {} : { "Content-Type": type }),
    ...(sent.from === undefined ? {} : { "CF-Connecting-IP": sent.from }),
    ...sent.headers,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "127.0.0.1", port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.once("error", reject);
      response.once("end", () => {
        const cookies = (response.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]);
        resolve({ status: response.statusCode ?? 0, text, cookies: cookies.map(String) });
      });
    });
    asked.once("error", reject);
    asked.end(body);
  });
}

function bodyOf({ json, raw, form, csv }: Sent): readonly [string | undefined, string | null] {
  if (form !== undefined) return [form, "application/x-www-form-urlencoded"];
  if (csv !== undefined) return [csv, "text/csv"];
  if (raw !== undefined) return [raw, "application/json"];
  return json === undefined ? [undefined, null] : [JSON.stringify(json), "application/json"];
}
