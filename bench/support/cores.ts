/** Keeps what is measured and what measures it on cores of their own, where a system can. */

import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

const SERVER_CORE = "0";
const CLIENT_CORE = "1";

/**
 * Moves this process to a core of its own; gives what starts a server on another one.
 *
 * Null where `taskset` or a second core is missing: then the two share, and figures scatter more.
 */
export async function separateCores(): Promise<readonly string[] | null> {
  if (availableParallelism() < 2) return null;
  try {
    await run("taskset", ["-a", "-p", "-c", CLIENT_CORE, String(process.pid)]);
    return ["taskset", "-c", SERVER_CORE];
  } catch {
    return null;
  }
}
