/**
 * What this machine keeps of an installation, in a folder of its own that is not in git: its account
 * and place, and copies of its secrets, since Cloudflare never shows a secret again.
 */

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

export interface Place {
  readonly account: string | null;
  readonly location: string | null;
  readonly jurisdiction: string | null;
}

type Secrets = Readonly<Record<string, string>>;

export interface Memory {
  place(): Promise<Place>;
  setPlace(place: Place): Promise<void>;
  secrets(): Promise<Secrets>;
  /** Replaces the secrets. Without any, their file is deleted. */
  setSecrets(secrets: Secrets): Promise<void>;
}

/** Opens the memory of one installation. */
export function memoryIn(folder: string): Memory {
  const placeFile = path.join(folder, "installation.json");
  const secretsFile = path.join(folder, "secrets.json");
  async function read(file: string): Promise<Readonly<Record<string, unknown>>> {
    try {
      return JSON.parse(await readFile(file, "utf8")) as Readonly<Record<string, unknown>>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw error;
    }
  }
  async function write(file: string, value: object): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  }
  return {
    async place() {
      const { account = null, location = null, jurisdiction = null } = await read(placeFile);
      return { account, location, jurisdiction } as Place;
    },
    setPlace: async (place) => await write(placeFile, place),
    secrets: async () => (await read(secretsFile)) as Secrets,
    async setSecrets(secrets) {
      if (Object.keys(secrets).length > 0) await write(secretsFile, secrets);
      else await rm(secretsFile, { force: true });
    },
  };
}
