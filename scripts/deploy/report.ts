/** Says where a deployment that failed has left the installation. */

import type { Trouble } from "../../tools/trouble.ts";
import { ApiError, type Client } from "./client.ts";
import type { Plan } from "./plan.ts";
import type { Situation } from "./situation.ts";
import { describe } from "./step.ts";

export interface Unfinished {
  readonly client: Client;
  readonly plan: Plan;
  readonly situation: Situation;
}

const DENIED = "The token may not do this: docs/deploy.md lists the permissions that it needs.";

/** Explains a failed step: what was done, what was not, and what is live. */
export async function explainFailure(
  work: Unfinished,
  index: number,
  error: Trouble,
): Promise<string> {
  const { plan, situation } = work;
  const words = plan.steps.map((step) =>
    describe(step, { found: situation.found, retentionSeconds: plan.retentionSeconds }),
  );
  const rest = words.slice(index + 1);
  return [
    error.message,
    ...(error instanceof ApiError && error.isDenied ? [DENIED] : []),
    "",
    `This step failed: ${words[index]}`,
    `Done before it: ${index === 0 ? "nothing" : words.slice(0, index).join("; ")}.`,
    ...(rest.length === 0 ? [] : [`Not reached: ${rest.join("; ")}.`]),
    await liveNow(work),
    "Run the same command again when the reason is gone: it goes on from here.",
  ].join("\n");
}

async function liveNow(work: Unfinished): Promise<string> {
  const { worker } = work.situation.names;
  try {
    const version = await liveVersion(work);
    if (version === null) return `Live now: nothing, the Worker ${worker} has not been uploaded.`;
    return `Live now: the Worker ${worker} in version ${version}.`;
  } catch {
    return `What is live now could not be read: look for the Worker ${worker} in the dashboard.`;
  }
}

/** Returns the version that answers most requests; null if there is no such Worker. */
export async function liveVersion({
  client,
  situation: { names, found },
}: Pick<Unfinished, "client" | "situation">): Promise<string | null> {
  const route = `/accounts/${found.accountId}/workers/scripts/${names.worker}/deployments`;
  try {
    const { deployments } = (await client.get(route)) as {
      deployments: readonly { readonly versions: readonly { readonly version_id: string }[] }[];
    };
    return deployments[0]?.versions[0]?.version_id ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.codes.includes(10_007)) return null;
    throw error;
  }
}
