/** Compares what is wanted with what was found. Pure: the result is printed, tested or carried out. */

import type { Wanted } from "./flags.ts";
import type { Found } from "./found.ts";
import { isServed } from "./hosts.ts";
import type { Names } from "./names.ts";
import { notesOf } from "./notes.ts";
import { refusalsOf } from "./refusals.ts";
import { retentionOf } from "./retention.ts";
import { missingSecrets } from "./secrets.ts";
import { mergeVars, notesOnVars } from "./settings.ts";
import { hostsOf, type Situation } from "./situation.ts";
import type { Step } from "./step.ts";

export interface Plan {
  readonly publicUrl: string;
  readonly vars: Readonly<Record<string, string>>;
  /** Why it must not be carried out. */
  readonly refusals: readonly string[];
  /** What the person should know. */
  readonly notes: readonly string[];
  readonly steps: readonly Step[];
  readonly retentionSeconds: number;
}

/** Plans a deployment. */
export function planDeployment(situation: Situation, publicUrl: string): Plan {
  const { names, wanted, found } = situation;
  const vars = mergeVars(situation, publicUrl);
  const retentionSeconds = retentionOf(found.plan);
  return {
    publicUrl,
    vars,
    refusals: refusalsOf(situation, publicUrl, vars),
    notes: [...notesOnVars(situation, vars), ...notesOf(situation, publicUrl)],
    steps: [
      ...storageSteps(names, found, retentionSeconds),
      { do: "migrate the database" },
      { do: "upload the Worker", secrets: missingSecrets(situation) },
      ...hostSteps(situation, publicUrl, wanted),
    ],
    retentionSeconds,
  };
}

function storageSteps(names: Names, found: Found, retentionSeconds: number): readonly Step[] {
  const steps: Step[] = [];
  if (found.database === null) steps.push({ do: "create database", name: names.database });
  if (found.namespace === null) steps.push({ do: "create namespace", name: names.namespace });
  for (const name of new Set(names.queues.values())) {
    const queue = found.queues.find((candidate) => candidate.name === name);
    if (queue === undefined) steps.push({ do: "create queue", name });
    // Never less: the plan may be one that this does not know.
    else if ((queue.retentionSeconds ?? 0) < retentionSeconds) {
      steps.push({ do: "keep messages longer", name });
    }
  }
  return steps;
}

function hostSteps(situation: Situation, publicUrl: string, wanted: Wanted): readonly Step[] {
  const { found, hosts, names } = situation;
  const served = hosts
    .filter((host) => isServed(host, names.worker))
    .map(({ hostname }) => hostname);
  const isAttached = (hostname: string): boolean =>
    found.attached.some((domain) => domain.hostname === hostname);
  const attach = hostsOf(publicUrl, wanted)
    .filter((hostname) => !isAttached(hostname) && !served.includes(hostname))
    .map((hostname): Step => {
      return { do: "attach host", hostname, takeOver: wanted.takenOver.includes(hostname) };
    });
  const detach = found.attached
    .filter(({ hostname }) => wanted.removedDomains.includes(hostname))
    .map(({ id, hostname }): Step => ({ do: "detach host", hostname, id }));
  return [...attach, ...detach];
}
