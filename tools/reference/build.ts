/**
 * Builds the documents of the API into `public/`, which serves them: OpenAPI, and what is made of it;
 * and what the TypeScript client knows of the API. None of it is in git, so whoever serves, deploys
 * or tests it builds it first.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { ROOT } from "../wrangler.ts";
import { clientTypes } from "./client-types.ts";
import { type Source, loadReferences } from "./load.ts";
import { documentOf } from "./openapi.ts";
import { TABLED, withRouteTables } from "./route-tables.ts";
import { type PublishedDocument, siteFiles } from "./site.ts";

const CLIENT = "clients/typescript/src/operations.ts";
/** What the last build read and wrote. */
const STAMP = path.join(ROOT, "dist", "reference.json");

interface Stamp {
  readonly fingerprint: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Builds the documents, unless those of this source are there. Returns whether it had to. */
export async function buildReference(): Promise<boolean> {
  const last = await lastBuild();
  if (last !== null && (await isFresh(last))) return false;
  const { source, inputs: loaded } = await loadReferences();
  const files = await filesOf(await documentsOf(source));
  for (const [name, text] of files) await put(path.join(ROOT, name), text);
  const gone = last?.outputs.filter((name) => !files.has(name)) ?? [];
  for (const name of gone) await rm(path.join(ROOT, name), { force: true });
  const inputs = [...loaded.filter((name) => name.startsWith("src/")), ...(await ownInputs())];
  const stamp: Stamp = {
    fingerprint: await fingerprintOf(inputs),
    inputs,
    outputs: [...files.keys()],
  };
  await put(STAMP, JSON.stringify(stamp));
  return true;
}

/** Returns the text of each file by its path. */
async function filesOf(
  documents: readonly PublishedDocument[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [name, text] of await siteFiles(documents)) files.set(`public/${name}`, text);
  const native = documents.find(({ name }) => name === "native");
  if (native !== undefined) files.set(CLIENT, clientTypes(native.document));
  return files;
}

/** Makes the tables of routes in our Markdown anew. */
export async function updateRouteTables(): Promise<void> {
  const { source } = await loadReferences();
  const documents = await documentsOf(source);
  for (const name of TABLED) {
    const file = path.join(ROOT, name);
    const text = await readFile(file, "utf8");
    await put(file, withRouteTables(text, documents));
  }
}

/** Returns the document of each API. */
export async function documentsOf(source: Source): Promise<readonly PublishedDocument[]> {
  const { version } = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8")) as {
    readonly version: string;
  };
  return source.references.map((api) => ({
    name: api.name,
    address: api.address,
    document: documentOf(api, { version, ...source }),
  }));
}

async function lastBuild(): Promise<Stamp | null> {
  const text = await readFile(STAMP, "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Stamp);
}

async function isFresh({ fingerprint, inputs, outputs }: Stamp): Promise<boolean> {
  return (
    outputs.every((name) => existsSync(path.join(ROOT, name))) &&
    inputs.every((name) => existsSync(path.join(ROOT, name))) &&
    fingerprint === (await fingerprintOf(inputs))
  );
}

/** What the documents depend on beside the source of the Worker. */
async function ownInputs(): Promise<readonly string[]> {
  const own = await readdir(import.meta.dirname, { recursive: true });
  const files = own.filter((name) => path.extname(name) !== "").sort();
  const folder = path.relative(ROOT, import.meta.dirname);
  return [...files.map((name) => path.join(folder, name)), "package.json", "package-lock.json"];
}

async function fingerprintOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of files) {
    const text = await readFile(path.join(ROOT, name));
    hash.update(`${name}\n${text.length}\n`).update(text);
  }
  return hash.digest("hex");
}

/** Writes a file whole: another process may build, or serve, the same. */
async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, file);
}
