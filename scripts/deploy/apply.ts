/** Carries a plan out, step by step. Each step can be repeated: it finds what an earlier run made. */

import { writeFile } from "node:fs/promises";
import path from "node:path";

import { Trouble } from "../../tools/trouble.ts";
import { ApiError, type Client } from "./client.ts";
import { create, placeOf } from "./create.ts";
import { deriveConfig } from "./derive-config.ts";
import type { Found } from "./found.ts";
import { FREE_PLAN } from "./notes.ts";
import type { Plan } from "./plan.ts";
import type { Publisher } from "./publisher.ts";
import { explainFailure } from "./report.ts";
import { withRetention } from "./retention.ts";
import { requiredSecrets } from "./secrets.ts";
import type { Situation } from "./situation.ts";
import { describe, type Step } from "./step.ts";

export interface Work {
  readonly client: Client;
  readonly publisher: Publisher;
  readonly situation: Situation;
  readonly plan: Plan;
  readonly root: string;
  /** Chosen late: nothing is made for a deployment that fails before. */
  readonly secrets: () => Promise<Readonly<Record<string, string>>>;
  readonly say: (text: string) => void;
}

export interface Applied {
  readonly versionId: string | null;
}

interface Progress {
  database: string | null;
  namespace: string | null;
  version: string | null;
  /** Free as soon as Cloudflare refuses what the paid plan has. */
  plan: Found["plan"];
}

/** Carries the plan out. If a step fails, the Trouble says what is live and what was not reached. */
export async function apply(work: Work): Promise<Applied> {
  const { found } = work.situation;
  const progress: Progress = {
    database: found.database?.id ?? null,
    namespace: found.namespace?.id ?? null,
    version: null,
    plan: found.plan,
  };
  for (const [index, step] of work.plan.steps.entries()) {
    work.say(describe(step, { found, retentionSeconds: work.plan.retentionSeconds }));
    try {
      await run(step, work, progress);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      throw new Trouble(await explainFailure(work, index, error));
    }
  }
  if (progress.plan !== found.plan) work.say(`Note: ${FREE_PLAN}`);
  return { versionId: progress.version };
}

async function run(step: Step, work: Work, progress: Progress): Promise<void> {
  const account = `/accounts/${work.situation.found.accountId}`;
  const { client } = work;
  const { place } = work.situation;
  switch (step.do) {
    case "create database": {
      const where = placeOf(place, {
        jurisdiction: "jurisdiction",
        location: "primary_location_hint",
      });
      progress.database = await create(
        client,
        `${account}/d1/database`,
        { name: step.name, ...where },
        ["uuid", "name"],
      );
      return;
    }
    case "create namespace": {
      const where = placeOf(place, { jurisdiction: "jurisdiction" });
      progress.namespace = await create(
        client,
        `${account}/storage/kv/namespaces`,
        { title: step.name, ...where },
        ["id", "title"],
      );
      return;
    }
    case "create queue": {
      const where = placeOf(place, { jurisdiction: "jurisdiction" });
      await withRetention(progress, async (seconds) => {
        const settings = { message_retention_period: seconds };
        const body = { queue_name: step.name, settings, ...where };
        return await create(client, `${account}/queues`, body, ["queue_id", "queue_name"]);
      });
      return;
    }
    case "keep messages longer":
      return await keepMessages(step.name, work, progress);
    case "migrate the database":
      await writeConfig(work, progress);
      return await work.publisher.migrate(work.situation.names.config);
    case "upload the Worker":
      progress.version = await work.publisher.upload(
        work.situation.names.config,
        await work.secrets(),
      );
      return;
    case "attach host":
      return await attach(step, work, account);
    case "detach host":
      return await detach(client, `${account}/workers/domains/${step.id}`);
  }
}

async function keepMessages(name: string, work: Work, progress: Progress): Promise<void> {
  const { accountId, queues } = work.situation.found;
  const queue = queues.find((candidate) => candidate.name === name);
  if (queue === undefined) return;
  await withRetention(progress, async (seconds) => {
    const settings = { ...queue.settings, message_retention_period: seconds };
    const route = `/accounts/${accountId}/queues/${queue.id}`;
    return await work.client.send("PATCH", route, { queue_name: name, settings });
  });
}

async function attach(
  { hostname, takeOver }: Extract<Step, { do: "attach host" }>,
  { client, situation }: Work,
  account: string,
): Promise<void> {
  const zone = situation.hosts.find((host) => host.hostname === hostname)?.zone;
  // Without the overrides, Cloudflare itself refuses what belongs to somebody else.
  const overrides = takeOver
    ? { override_existing_origin: true, override_existing_dns_record: true }
    : {};
  await client.send("PUT", `${account}/workers/domains`, {
    hostname,
    service: situation.names.worker,
    ...(zone === null || zone === undefined ? {} : { zone_id: zone.id }),
    ...overrides,
  });
}

/** An earlier attempt, whose answer was lost, may have done it. */
async function detach(client: Client, route: string): Promise<void> {
  try {
    await client.send("DELETE", route);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}

async function writeConfig({ situation, plan, root }: Work, progress: Progress): Promise<void> {
  const { template, names, found } = situation;
  const config = deriveConfig(template, {
    accountId: found.accountId,
    names,
    databaseId: progress.database ?? "",
    namespaceId: progress.namespace ?? "",
    vars: plan.vars,
    plan: progress.plan,
    secrets: requiredSecrets(situation),
  });
  await writeFile(path.join(root, names.config), config);
}
