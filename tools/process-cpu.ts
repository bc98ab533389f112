/** Reads the CPU time of a process and its threads, as Linux counts it. */

import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** Whether this system exposes the CPU time of another process (Linux does). */
export async function canMeasure(): Promise<boolean> {
  return (await readFile("/proc/self/schedstat").catch(() => null)) !== null;
}

/** Returns the total CPU time of a process's threads in milliseconds. */
export async function cpuTime(pid: number | undefined): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const nanoseconds = await Promise.all(
    threads.map(async (thread) => {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      return Number(text.split(" ", 1)[0]);
    }),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}

/** Returns the CPU time of a process's first thread in milliseconds; 0 where none is exposed. */
export function threadTime(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8");
    return Number(text.split(" ", 1)[0]) / 1e6;
  } catch {
    return 0;
  }
}

/** Lists the running child processes of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8")),
  );
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}
