/** `npm start`: serves everything on one local port, with an account and a token ready to use. */

import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";

import { buildReference } from "../tools/reference/build.ts";
import { main, Trouble } from "../tools/trouble.ts";
import { ROOT, runWrangler, startWrangler } from "../tools/wrangler.ts";
import { completeDevVars } from "./support/dev-vars.ts";
import { firstLinkCommands } from "./support/first-link.ts";
import { ensureLocalAccount, type LocalAccount } from "./support/local-account.ts";
import { localConfig } from "./support/local-config.ts";

const HOST = "127.0.0.1";
const PORT_DEFAULT = 8787;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 150;

await main(async () => {
  const port = portOf(process.env["PORT"]);
  await refuseTakenPort(port);
  const added = await completeDevVars(path.join(ROOT, ".dev.vars"));
  if (added.length > 0) console.info(`Created ${added.join(", ")} in .dev.vars.`);
  const config = await localConfig(ROOT);
  await buildReference();
  console.info("Migrating the local database …");
  await migrate(config);

  const server = startServer(port, config);
  const ended = new Promise<number>((resolve) => {
    server.once("close", (code) => resolve(code ?? 0));
  });
  const stop = endWithUs(server);
  try {
    // People type `localhost`, and cookies are then set for it.
    const origin = `http://localhost:${port}`;
    await Promise.race([healthy(`http://${HOST}:${port}`), diedEarly(ended)]);
    const account = await ensureLocalAccount(origin, path.join(ROOT, ".signpost"));
    console.info(welcome(origin, account));
    const code = await ended;
    if (!stop.asked && code !== 0) throw new Trouble(`The server ended with code ${code}.`);
  } finally {
    stop.now();
    await ended;
  }
});

function portOf(text: string | undefined): number {
  if (text === undefined || text === "") return PORT_DEFAULT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Trouble(`PORT is "${text}": use a number from 1 to 65535.`);
  }
  return port;
}

async function refuseTakenPort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE"
          ? "is in use: stop the program that uses it"
          : `cannot be used (${error.code ?? error.message})`;
      reject(new Trouble(`Port ${port} ${reason}, or choose another: PORT=8788 npm start`));
    });
    probe.listen(port, HOST, () => probe.close(() => resolve()));
  });
}

async function migrate(config: string): Promise<void> {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--config", config];
  const { code, output } = await runWrangler(args);
  if (code === 0) return;
  throw new Trouble(
    `${output.trim()}\n\nThe local database could not be migrated. ` +
      "If nothing in it matters, delete the folder .wrangler/state and start again.",
  );
}

function startServer(port: number, config: string): ChildProcess {
  const args = [
    "dev",
    "--config",
    config,
    "--ip",
    HOST,
    "--port",
    String(port),
    "--log-level",
    "error",
  ];
  args.push("--show-interactive-dev-session=false");
  if (port !== PORT_DEFAULT) args.push("--var", `PUBLIC_URL:http://localhost:${port}`);
  return startWrangler(args, ["ignore", "inherit", "inherit"]);
}

interface Stop {
  asked: boolean;
  now(): void;
}

/** Stops the server, and only the server, when this process is told to end. */
function endWithUs(server: ChildProcess): Stop {
  const stop: Stop = {
    asked: false,
    now() {
      if (server.exitCode === null && server.signalCode === null) server.kill("SIGTERM");
    },
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      stop.asked = true;
      stop.now();
    });
  }
  process.once("exit", () => stop.now());
  return stop;
}

async function healthy(base: string): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  let last = "it did not answer";
  while (Date.now() < giveUpAt) {
    try {
      const response = await fetch(`${base}/api/health`, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return;
      last = `GET /api/health answered ${response.status}`;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Trouble(`The server was not ready within ${READY_WITHIN_MS / 1_000} s: ${last}.`);
}

async function diedEarly(ended: Promise<number>): Promise<never> {
  throw new Trouble(`The server ended with code ${await ended} before it was ready.`);
}

function welcome(origin: string, account: LocalAccount): string {
  const commands = firstLinkCommands(origin).map((line) => `  ${line}`);
  return `
Signpost is ready: ${origin}

  account   ${account.email}, password in .signpost/account.json
  token     in .signpost/token

In another terminal in this folder, create a first link, follow it as a browser, and see the click:

${commands.join("\n")}

Press Ctrl-C to stop.
`;
}
