/** A clone of this repository, as far as a deployment reads it, that deploys to the loopback API. */

import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { deploy } from "../../../scripts/deploy/run.ts";
import { Trouble } from "../../../tools/trouble.ts";
import { loopbackPublisher } from "./publisher.ts";
import { TOKEN, type Loopback } from "./server.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const CLONES = mkdtempSync(path.join(tmpdir(), "signpost-clones-"));

process.once("exit", () => rmSync(CLONES, { recursive: true, force: true }));

export interface Outcome {
  /** All that was printed, the Trouble of a failure included. */
  readonly said: string;
  readonly failed: boolean;
  /** How long the deployment waited, in turn. */
  readonly pauses: readonly number[];
}

export interface Clone {
  readonly root: string;
  deploy(...args: readonly string[]): Promise<Outcome>;
  /** Deploys with further variables in the environment. */
  deployWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome>;
  /** The text of a file, null if there is none. */
  read(file: string): string | null;
  /** All files, by their paths. */
  files(): readonly string[];
}

/** Makes a clone in a folder of its own. `statusOf` answers for the deployed Worker. */
export function newClone(
  loopback: Loopback,
  statusOf: (url: string) => Promise<number> = async () => 200,
): Clone {
  const root = mkdtempSync(path.join(CLONES, "clone-"));
  copyFileSync(path.join(ROOT, "wrangler.toml"), path.join(root, "wrangler.toml"));
  const clone: Clone = {
    root,
    deploy: async (...args) => await clone.deployWith({}, ...args),
    async deployWith(env, ...args) {
      const lines: string[] = [];
      const pauses: number[] = [];
      const outcome = (failed: boolean): Outcome => ({ said: lines.join("\n"), failed, pauses });
      try {
        await deploy(args, {
          root,
          env: { CLOUDFLARE_API_BASE_URL: loopback.url, CLOUDFLARE_API_TOKEN: TOKEN, ...env },
          say: (text) => lines.push(text),
          sleep: async (ms) => void pauses.push(ms),
          statusOf,
          publisherFor: () => loopbackPublisher(loopback, root),
        });
        return outcome(false);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        lines.push(error.message);
        return outcome(true);
      }
    },
    read(file) {
      try {
        return readFileSync(path.join(root, file), "utf8");
      } catch {
        return null;
      }
    },
    files: () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .sort(),
  };
  return clone;
}

export const URL_FLAGS = ["--url", "https://go.example.com"] as const;
