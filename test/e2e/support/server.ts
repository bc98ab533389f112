/** The built Worker behind a real port, with storage of its own: nothing of `.dev.vars` or `.wrangler`. */

import { request, type IncomingMessage } from "node:http";
import path from "node:path";

import { createTestHarness } from "wrangler";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Server {
  /** As a browser at this server would send it. */
  readonly origin: string;
  /** Sends exactly these headers: `fetch` would set `Sec-Fetch-Mode` itself, and follow redirects. */
  ask(route: string, question?: Question): Promise<Answer>;
  close(): Promise<void>;
}

const OWN: Installation = {
  vars: { SIGNUPS: "open", PUBLIC_URL: "http://signpost.test", HOME_URL: "" },
  secrets: { SIGNPOST_SECRET: "e2e-secret-0123456789-abcdefghijklmn" },
};

export interface Installation {
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Serves an installation of the tests' own, or one that was deployed. */
export async function startServer({ vars, secrets }: Installation = OWN): Promise<Server> {
  const harness = createTestHarness({
    root: path.join(import.meta.dirname, "..", "..", ".."),
    workers: [
      {
        configPath: "./wrangler.toml",
        vars,
        secrets,
      },
    ],
  });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations("DB");
  return {
    origin: url.origin,
    async ask(route, question = {}) {
      const answer = await ask(new URL(route, url), question);
      if (answer.status < 500) return answer;
      const logs = harness.getLogs().map(({ message }) => message);
      throw new Error(`${route} answered ${answer.status}: ${[answer.text, ...logs].join("\n")}`);
    },
    close: async () => await harness.close(),
  };
}

async function ask(url: URL, { method = "GET", headers = {}, body }: Question): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const type = payload === undefined ? {} : { "content-type": "application/json" };
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...type, ...headers } }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.once("error", reject);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.once("error", reject);
    sent.end(payload);
  });
}
