/** What is kept of the last release, to test upgrades from it: `npm run release:fixture` writes it. */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

import { ROOT } from "./wrangler.ts";

/** What the next release must keep to. */
export interface Manifest {
  readonly version: string;
  /** The methods of each Durable Object. */
  readonly methods: Readonly<Record<string, readonly string[]>>;
  /** SHA-256 of each step of the Ledger's schema. */
  readonly ledgerSteps: readonly string[];
  /** SHA-256 of each migration of D1, by file name. */
  readonly migrations: Readonly<Record<string, string>>;
  readonly routeSchema: number;
  /** The fields of a route record that restrict who is redirected, and where to. */
  readonly restrictingFields: readonly string[];
}

const FOLDER = path.join(ROOT, "test", "e2e", "last-release");
const MANIFEST = path.join(FOLDER, "manifest.json");
const BUNDLE = path.join(FOLDER, "worker.js.br");

export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(MANIFEST, "utf8")) as Manifest;
}

/** Returns the code of the last release: the Worker and its objects in one module. */
export async function readBundle(): Promise<string> {
  return brotliDecompressSync(await readFile(BUNDLE)).toString();
}

/** Replaces what is kept. Returns how many bytes it takes. */
export async function keepRelease(manifest: Manifest, code: string): Promise<number> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const bundle = brotliCompressSync(code, { params });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(BUNDLE, bundle);
  return bundle.length;
}

export async function hashMigrations(): Promise<Readonly<Record<string, string>>> {
  const folder = path.join(ROOT, "migrations");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  const hashes = names.map(async (name) => {
    return [name, sha256(await readFile(path.join(folder, name), "utf8"))] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}

export function sha256(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}
