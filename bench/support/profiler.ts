/** Samples what a Worker's isolate spends its time on, through workerd's inspector. */

export interface Profile {
  /** As Chrome's and VS Code's viewers read it. */
  readonly json: string;
  /** Share of the samples that were not idle, by function, largest first. */
  readonly top: readonly { readonly name: string; readonly share: number }[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly lineNumber: number };
}

interface RawProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
}

const SAMPLE_MICROS = 100;
const IDLE = new Set(["(idle)", "(root)"]);

/** Profiles the service `main` while `run` runs. */
export async function profileWhile(port: number, run: () => Promise<unknown>): Promise<Profile> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/main`);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  try {
    const call = callerOf(socket);
    await call("Profiler.enable");
    await call("Profiler.setSamplingInterval", { interval: SAMPLE_MICROS });
    await call("Profiler.start");
    await run();
    const { profile } = (await call("Profiler.stop")) as { readonly profile: RawProfile };
    return { json: JSON.stringify(profile), top: topOf(profile) };
  } finally {
    socket.close();
  }
}

type Call = (method: string, params?: Readonly<Record<string, unknown>>) => Promise<unknown>;

function callerOf(socket: WebSocket): Call {
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let calls = 0;
  return async (method, params = {}) => {
    calls += 1;
    const id = calls;
    socket.send(JSON.stringify({ id, method, params }));
    return await new Promise((resolve) => waiting.set(id, resolve));
  };
}

function topOf({ nodes, samples }: RawProfile): Profile["top"] {
  const names = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || "(anonymous)"}:${callFrame.lineNumber + 1}`,
    ]),
  );
  const counts = new Map<string, number>();
  let busy = 0;
  for (const id of samples) {
    const name = names.get(id) ?? "";
    if (IDLE.has(name.slice(0, name.lastIndexOf(":")))) continue;
    busy += 1;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, n]) => ({ name, share: n / busy }))
    .sort((a, b) => b.share - a.share);
}
