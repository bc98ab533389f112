/** Runs the wrangler of this repository, without a prompt, without telemetry, without the internet. */

import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import path from "node:path";

export const ROOT = path.join(import.meta.dirname, "..", "..");

const WRANGLER = path.join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");

export interface Finished {
  readonly code: number;
  /** What it wrote, both streams in order of arrival. */
  readonly output: string;
}

/** Starts wrangler and returns at once; the caller ends it. */
export function startWrangler(args: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    stdio,
    env: {
      ...process.env,
      // Otherwise it asks the internet where this machine is.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      // Both look for newer versions and log files of their own otherwise.
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_LOG_SANITIZE: "true",
      // Takes every prompt's default.
      CI: "true",
    },
  });
}

/** Runs wrangler to its end; `input` is what it reads from standard input. */
export async function runWrangler(args: readonly string[], input?: string): Promise<Finished> {
  const child = startWrangler(args, ["pipe", "pipe", "pipe"]);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin?.end(input ?? "");
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
