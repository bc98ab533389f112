/** Prints results as Markdown, so that a run can be pasted into a file of docs/measurements. */

import { cpus, loadavg, platform } from "node:os";

export type Column = readonly [title: string, align: "left" | "right"];

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Tells what ran and where: times without it mean nothing. */
export function printHead(title: string): void {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");
  print(`## ${title}\n`);
  print(
    `${cpus().length} × ${model}, ${platform()}, Node ${process.version}, load before the run ${load}\n`,
  );
}

export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  print(`| ${columns.map(([title]) => title).join(" | ")} |`);
  print(`| ${columns.map(([, align]) => (align === "right" ? "---:" : "---")).join(" | ")} |`);
  for (const row of rows) print(`| ${row.join(" | ")} |`);
  print();
}

export function dollars(value: number): string {
  return `$${value.toFixed(2)}`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
