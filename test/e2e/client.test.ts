/** The TypeScript client against the built Worker: in Node, in workerd, and as its README says. */

import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { Webhook } from "standardwebhooks";
import { beforeAll, describe, it, vi } from "vitest";

import type * as Signpost from "../../clients/typescript/src/index.ts";
import { buildReference } from "../../tools/reference/build.ts";
import { ROOT } from "../../tools/wrangler.ts";
import { type Person, signUp } from "./support/account.ts";
import { bundleWithClient, CLIENT, runWithClient } from "./support/client.ts";
import { startServer, type Server } from "./support/server.ts";

const SCOPES = [
  "links:read",
  "links:create",
  "links:update",
  "links:delete",
  "links:read:analytics",
];
const DESTINATION = "https://shop.example/autumn";

let server: Server;
let person: Person;
let module: typeof Signpost;

beforeAll(async () => {
  await buildReference();
  module = await runWithClient<typeof Signpost>(`export * from "signpost-client";`);
  server = await startServer();
  person = await signUp(server, "Ada", SCOPES);
  return async () => await server.close();
});

function newClient(options: Partial<Signpost.ClientOptions> = {}): Signpost.Client {
  return module.createClient({ url: server.origin, token: person.token, ...options });
}

/** Counts the links that lead to a destination. */
async function linksTo(destinationUrl: string): Promise<number> {
  const links = await newClient().listLinks();
  return links.filter((link) => link.destinationUrl === destinationUrl).length;
}

describe("the client", () => {
  it("calls operations by token, and by session", async ({ expect }) => {
    const signpost = newClient();
    const { id } = await signpost.createLink({ body: { destinationUrl: DESTINATION } });
    const changed = await signpost.updateLink({ path: { id }, body: { title: "Autumn" } });
    expect(changed).toMatchObject({ id, destinationUrl: DESTINATION, title: "Autumn" });
    const bySession = module.createClient({ url: server.origin, cookie: person.session.cookie });
    expect(await bySession.getLink({ path: { id } })).toEqual(changed);
    expect(await bySession.deleteLink({ path: { id } })).toEqual({ success: true, id });
    expect(await signpost.exportLinks()).toContain("short_code");
  });

  it("shows the headers of an answer", async ({ expect }) => {
    const signpost = newClient();
    const { data, status, headers } = await signpost.createLink.withHeaders({
      body: { destinationUrl: DESTINATION },
    });
    expect([status, headers.get("ETag")]).toEqual([201, expect.stringMatching(/^"\d+"$/)]);
    const stale = signpost.updateLink({
      path: { id: data.id },
      headers: { "If-Match": '"999"' },
      body: { title: "Too late" },
    });
    await expect(stale).rejects.toMatchObject({ status: 412, code: "PRECONDITION_FAILED" });
  });

  it("goes through all pages of a list, and asks for no more than it needs", async ({ expect }) => {
    const asked: string[] = [];
    const signpost = newClient({
      fetch: (request) => {
        asked.push(request.url);
        return fetch(request);
      },
    });
    for (let at = 0; at < 5; at++) {
      await signpost.createLink({ body: { destinationUrl: `${DESTINATION}/page/${at}` } });
    }
    const query = { q: "/page/", limit: "2" };
    asked.length = 0;
    const found: string[] = [];
    for await (const link of signpost.listLinks.all({ query })) found.push(link.destinationUrl);
    expect(new Set(found).size).toBe(5);
    expect(asked).toHaveLength(3);
    asked.length = 0;
    for await (const _ of signpost.listLinks.all({ query })) break;
    expect(asked).toHaveLength(1);
  });

  it("throws one kind of error", async ({ expect }) => {
    const error = await newClient()
      .getLink({ path: { id: "unknown" } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(module.SignpostError);
    expect(error).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
      message: expect.stringMatching(/link/i),
      requestId: expect.stringMatching(/^[\w-]{8,}$/),
    });
    const unheard = newClient({ retries: 0, fetch: () => Promise.reject(new TypeError("down")) });
    await expect(unheard.getMe()).rejects.toMatchObject({ status: 0, code: "NETWORK" });
    await expect(newClient().getLink({ path: { id: ".." } })).rejects.toThrow("names nothing");
  });
});

/** A way to the server on which the first answers are lost, or replaced. */
function troubled(...troubles: readonly (Response | "lost")[]) {
  const keys: (string | null)[] = [];
  const left = [...troubles];
  return {
    keys,
    async fetch(request: Request): Promise<Response> {
      keys.push(request.headers.get("Idempotency-Key"));
      const trouble = left.shift();
      if (trouble instanceof Response) return trouble;
      const response = await fetch(request);
      if (trouble === "lost") throw new TypeError("The connection was closed.");
      return response;
    },
  };
}

function busy(status: number, after: string): Response {
  return new Response("{}", { status, headers: { "Retry-After": after } });
}

describe("a call that is not answered, or refused for now", () => {
  it("creates one link, however often it is repeated", async ({ expect }) => {
    const way = troubled(busy(503, "0"), "lost", busy(429, "0"));
    const destinationUrl = `${DESTINATION}/once`;
    const link = await newClient({ fetch: way.fetch }).createLink({ body: { destinationUrl } });
    expect(link.destinationUrl).toBe(destinationUrl);
    expect(way.keys).toHaveLength(4);
    expect(new Set(way.keys)).toEqual(new Set([expect.stringMatching(/^[\da-f-]{36}$/)]));
    expect(await linksTo(destinationUrl)).toBe(1);
  });

  it("is not repeated where a repetition could change more", async ({ expect }) => {
    const { id } = await newClient().createLink({ body: { destinationUrl: DESTINATION } });
    const way = troubled("lost");
    const change = newClient({ fetch: way.fetch }).updateLink({
      path: { id },
      body: { title: "x" },
    });
    await expect(change).rejects.toMatchObject({ code: "NETWORK" });
    expect(way.keys).toHaveLength(1);
  });

  it("fails at last, and at once if it would have to wait for long", async ({ expect }) => {
    const always = troubled(...Array.from({ length: 9 }, () => busy(503, "0")));
    const failing = newClient({ fetch: always.fetch, retries: 2 }).getMe();
    await expect(failing).rejects.toMatchObject({ status: 503 });
    expect(always.keys).toHaveLength(3);
    const long = troubled(busy(429, "3600"));
    await expect(newClient({ fetch: long.fetch }).getMe()).rejects.toMatchObject({ status: 429 });
    expect(long.keys).toHaveLength(1);
  });

  it("ends as soon as its signal is aborted", async ({ expect }) => {
    const way = troubled(busy(503, "50"));
    const controller = new AbortController();
    const call = newClient({ fetch: way.fetch }).getMe({ signal: controller.signal });
    await vi.waitFor(() => {
      if (way.keys.length === 0) throw new Error("Not sent yet.");
    });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(way.keys).toHaveLength(1);
  });
});

const WORKER = `
import { createClient } from "signpost-client";

export default {
  async fetch(request) {
    const signpost = createClient(await request.json());
    const { id } = await signpost.createLink({ body: { destinationUrl: "https://a.example/w" } });
    const found = [];
    for await (const link of signpost.listLinks.all({ query: { q: "a.example/w", limit: "1" } })) {
      found.push(link.id);
    }
    const error = await signpost.getLink({ path: { id: "unknown" } }).catch((thrown) => thrown);
    return Response.json({ isFound: found.includes(id), status: error.status });
  },
};`;

describe("in a Worker", () => {
  it("the client does what it does in Node", async ({ expect }) => {
    const contents = await bundleWithClient(WORKER);
    const worker = new Miniflare(
      convertV4MiniflareOptions({
        modules: [{ type: "ESModule", path: "index.js", contents }],
        compatibilityDate: "2026-01-01",
        cf: false,
      }),
    );
    const body = JSON.stringify({ url: server.origin, token: person.token });
    const response = await worker.dispatchFetch("http://worker.example/", { method: "POST", body });
    const answer = await response.text();
    await worker.dispose();
    expect(JSON.parse(answer)).toEqual({ isFound: true, status: 404 });
  });
});

/** The program that the README's examples are, with an installation and a token that exist. */
async function examples(): Promise<string> {
  const readme = await readFile(path.join(CLIENT, "README.md"), "utf8");
  const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = ""]) => code);
  return blocks
    .join("\n")
    .replaceAll("https://go.example.com", server.origin)
    .replaceAll("pp_your_token", person.token);
}

interface Receiver {
  readonly default: {
    fetch(request: Request, env: { readonly WEBHOOK_SECRET: string }): Promise<Response>;
  };
}

describe("the README", () => {
  it("has examples that do what it says", async ({ expect }) => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const { default: receiver } = await runWithClient<Receiver>(await examples());
    const printed = log.mock.calls.map((words) => words.join(" ")).join("\n");
    expect(printed).toContain("Autumn sale 2026");
    expect(printed).toContain("404 ");
    const [ours] = (await newClient().listLinks({ query: { q: "Autumn sale 2026" } })) ?? [];
    expect(ours).toMatchObject({ title: "Autumn sale 2026", isActive: false });

    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const body = JSON.stringify({ id: "e1", event: "link.created", data: {} });
    const headers = {
      "webhook-id": "e1",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": new Webhook(secret).sign("e1", new Date(), body),
    };
    const url = "https://receiver.example/";
    const sent = new Request(url, { method: "POST", headers, body });
    const answer = await receiver.fetch(sent, { WEBHOOK_SECRET: secret });
    expect(answer.status).toBe(204);
    expect(log).toHaveBeenLastCalledWith("e1", "link.created", {});
    const forged = new Request(url, { method: "POST", headers, body: `${body} ` });
    await expect(receiver.fetch(forged, { WEBHOOK_SECRET: secret })).rejects.toThrow("signature");
    log.mockRestore();
  });
});

/** What the server answers to these operations now. */
async function recordedAnswers(): Promise<readonly (readonly [string, unknown])[]> {
  const signpost = newClient();
  const body = {
    destinationUrl: DESTINATION,
    tags: ["print"],
    rules: [{ targetUrl: "https://shop.example/de", country: ["DE"] }],
  };
  const link = await signpost.createLink({ body });
  const { id } = link;
  return [
    ["createLink", link],
    ["getLink", await signpost.getLink({ path: { id } })],
    ["listLinks", await signpost.listLinks({ query: { limit: "2" } })],
    ["createLinks", await signpost.createLinks({ body: { links: [body] } })],
    ["simulateLink", await signpost.simulateLink({ path: { id }, body: { country: "DE" } })],
    ["listTags", await signpost.listTags()],
    ["getLinkReport", await signpost.getLinkReport({ path: { linkId: id } })],
    ["getOverview", await signpost.getOverview()],
    ["getMe", await signpost.getMe()],
    ["getHealth", await signpost.getHealth()],
  ];
}

/** Fields that each answer of these operations has. */
const ALWAYS = {
  createLink: ["id", "shortCode", "destinationUrl", "title", "isActive", "expiresAt", "tags"],
  createLinks: ["created", "failed"],
  simulateLink: ["outcome", "destination", "status", "reason"],
  getHealth: ["status", "version"],
};

function typeTest(recorded: readonly (readonly [string, unknown])[]): string {
  const lines = recorded.map(
    ([id, answer]) => `(${JSON.stringify(answer)}) satisfies AnswerOf<"${id}">;`,
  );
  const lacking = recorded.flatMap(([id, answer]) =>
    (ALWAYS[id as keyof typeof ALWAYS] ?? []).flatMap((field) => [
      `// @ts-expect-error Without ${field}.`,
      `(${JSON.stringify({ ...(answer as object), [field]: undefined })}) satisfies AnswerOf<"${id}">;`,
    ]),
  );
  return `import { type AnswerOf, createClient } from "signpost-client";

${lines.join("\n")}
${lacking.join("\n")}
const signpost = createClient({ url: "" });
// @ts-expect-error Without a body.
void signpost.createLink();
// @ts-expect-error Without a destination.
void signpost.createLink({ body: {} });
// @ts-expect-error Without the id of its path.
void signpost.getLink({});
// @ts-expect-error It is no list.
void signpost.getMe.all();
void signpost.getMe();
`;
}

describe("its types", () => {
  it("hold for what the server answers, and for the README, and not without any field", async ({
    expect,
  }) => {
    const folder = path.join(ROOT, "dist", "client-types");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "answers.ts"), typeTest(await recordedAnswers()));
    await writeFile(path.join(folder, "readme.ts"), await examples());
    const config = {
      extends: "../../clients/typescript/tsconfig.json",
      compilerOptions: {
        paths: { "signpost-client": ["../../clients/typescript/src/index.ts"] },
        noUnusedLocals: false,
      },
      include: ["."],
    };
    await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = path.join(ROOT, "node_modules", ".bin", "tsc");
    const checked = await promisify(execFile)(tsc, ["-p", folder]).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { readonly stdout: string }).stdout,
    );
    expect(checked).toBe("");
  }, 120_000);
});
