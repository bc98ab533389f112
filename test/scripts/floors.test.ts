/** Checks the imports of `src` against the floors of the house. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, it } from "vitest";

/** The rooms of `src` from the ground up. A room imports from its own floor and those below. */
const FLOORS: readonly (readonly string[])[] = [
  ["config.ts", "prefixes.ts", "platform", "db"],
  ["ledger", "codes"],
  ["access", "gates"],
  ["webhooks"],
  ["clicks"],
  ["links"],
  ["redirect", "workspaces"],
  ["conversions", "accounts", "upkeep"],
  ["api"],
  ["worker.ts"],
];

const SRC = path.join(import.meta.dirname, "../../src");

interface Arrow {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);
const arrows = files.flatMap((from) => importsOf(from));

function importsOf(from: string): Arrow[] {
  const text = readFileSync(path.join(SRC, from), "utf8");
  const targets = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"(\.[^"]+)"/g)];
  return targets.map(([, target = ""]) => ({
    from,
    to: path.normalize(path.join(path.dirname(from), target)),
  }));
}

function roomOf(file: string): string {
  return file.split(path.sep)[0] ?? "";
}

function floorOf(file: string): number {
  return FLOORS.findIndex((floor) => floor.includes(roomOf(file)));
}

/** Lists the pairs of folders that import each other, except a folder and one that contains it. */
function mutualImports(): string[] {
  const pairs = new Set(
    arrows.map(({ from, to }) => `${path.dirname(from)} ⇄ ${path.dirname(to)}`),
  );
  return [...pairs].filter((pair) => {
    const [one = "", other = ""] = pair.split(" ⇄ ");
    const isNested = isWithin(one, other) || isWithin(other, one);
    return one < other && !isNested && pairs.has(`${other} ⇄ ${one}`);
  });
}

function isWithin(folder: string, other: string): boolean {
  return other === "." || folder === other || folder.startsWith(other + path.sep);
}

describe("the house", () => {
  it("has exactly one floor for each room of src", ({ expect }) => {
    const rooms = new Set(files.map((file) => roomOf(file)));
    expect([...rooms].sort()).toEqual(FLOORS.flat().sort());
  });

  it("imports nothing upward", ({ expect }) => {
    expect(arrows.length).toBeGreaterThan(1_000);
    const upward = arrows.filter(({ from, to }) => {
      // Files such as `../package.json` are outside of the house.
      return !to.startsWith("..") && floorOf(to) > floorOf(from);
    });
    expect(upward.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it("has no two folders that import each other", ({ expect }) => {
    expect(mutualImports()).toEqual([]);
  });
});
