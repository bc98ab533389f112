/** Runs this repository's wrangler without prompts, telemetry or internet access of its own. */

import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import path from "node:path";

export const ROOT = path.join(import.meta.dirname, "..");

const WRANGLER = path.join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  /** Both output streams, in order of arrival. */
  readonly output: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Starts wrangler and returns at once. The caller must stop it. */
export function startWrangler(
  args: readonly string[],
  stdio: StdioOptions,
  env: Environment = {},
): ChildProcess {
  return spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    stdio,
    env: {
      ...process.env,
      // Otherwise it looks up this machine's location on the internet.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      // Otherwise it checks for newer versions.
      WRANGLER_HIDE_BANNER: "true",
      // Keeps secrets out of its log files, whatever the environment says.
      WRANGLER_LOG_SANITIZE: "true",
      // Accepts the default of every prompt.
      CI: "true",
      ...env,
    },
  });
}

/** Runs wrangler until it ends, or until this process does. */
export async function runWrangler(
  args: readonly string[],
  { env = {} }: { readonly env?: Environment } = {},
): Promise<Finished> {
  const child = startWrangler(args, ["ignore", "pipe", "pipe"], env);
  const stop = (): void => void child.kill();
  process.once("exit", stop);
  let stdout = "";
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? 1, stdout, output }));
    });
  } finally {
    process.off("exit", stop);
  }
}
