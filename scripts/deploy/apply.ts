/** Carries a plan out, step by step. Each step can be repeated: it finds what an earlier run made. */

import { writeFile } from "node:fs/promises";
import path from "node:path";

import { Trouble } from "../../tools/trouble.ts";
import { ApiError, type Client, type Row } from "./client.ts";
import { deriveConfig } from "./derive-config.ts";
import type { Place } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { Publisher } from "./publisher.ts";
import { explainFailure } from "./report.ts";
import type { Situation } from "./situation.ts";
import { describe, type Step } from "./step.ts";

export interface Work {
  readonly client: Client;
  readonly publisher: Publisher;
  readonly situation: Situation;
  readonly plan: Plan;
  readonly place: Place;
  readonly root: string;
  /** Chosen late: nothing is made for a deployment that fails before. */
  readonly secrets: () => Promise<Readonly<Record<string, string>>>;
  readonly say: (text: string) => void;
}

export interface Applied {
  readonly versionId: string | null;
}

interface Ids {
  database: string | null;
  namespace: string | null;
  version: string | null;
}

/** Carries the plan out. If a step fails, the Trouble says what is live and what was not reached. */
export async function apply(work: Work): Promise<Applied> {
  const { found } = work.situation;
  const ids: Ids = {
    database: found.database?.id ?? null,
    namespace: found.namespace?.id ?? null,
    version: null,
  };
  for (const [index, step] of work.plan.steps.entries()) {
    work.say(describe(step, { found, retentionSeconds: work.plan.retentionSeconds }));
    try {
      await run(step, work, ids);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      throw new Trouble(await explainFailure(work, index, error));
    }
  }
  return { versionId: ids.version };
}

async function run(step: Step, work: Work, ids: Ids): Promise<void> {
  const account = `/accounts/${work.situation.found.accountId}`;
  const { client, place } = work;
  switch (step.do) {
    case "create database": {
      const where = placeOf(place, {
        jurisdiction: "jurisdiction",
        location: "primary_location_hint",
      });
      ids.database = await create(client, `${account}/d1/database`, { name: step.name, ...where }, [
        "uuid",
        "name",
      ]);
      return;
    }
    case "create namespace": {
      const where = placeOf(place, { jurisdiction: "jurisdiction" });
      ids.namespace = await create(
        client,
        `${account}/storage/kv/namespaces`,
        { title: step.name, ...where },
        ["id", "title"],
      );
      return;
    }
    case "create queue": {
      const settings = { message_retention_period: work.plan.retentionSeconds };
      const body = {
        queue_name: step.name,
        settings,
        ...placeOf(place, { jurisdiction: "jurisdiction" }),
      };
      await create(client, `${account}/queues`, body, ["queue_id", "queue_name"]);
      return;
    }
    case "keep messages longer":
      return await keepMessages(step.name, work, account);
    case "migrate the database":
      await writeConfig(work, ids);
      return await work.publisher.migrate(work.situation.names.config);
    case "upload the Worker":
      ids.version = await work.publisher.upload(work.situation.names.config, await work.secrets());
      return;
    case "attach host":
      return await attach(step, work, account);
    case "detach host":
      await client.send("DELETE", `${account}/workers/domains/${step.id}`);
      return;
  }
}

/** Makes something and returns its id. If the answer is lost, it looks whether it was made. */
async function create(
  client: Client,
  route: string,
  body: Row,
  [idKey, nameKey]: readonly [string, string],
): Promise<string> {
  try {
    return String(((await client.send("POST", route, body)) as Row)[idKey]);
  } catch (error) {
    if (!(error instanceof ApiError) || !error.isUncertain) throw error;
    const rows = await client.list(route);
    const made = rows.find((row) => row[nameKey] === body[nameKey]);
    if (made === undefined) throw error;
    return String(made[idKey]);
  }
}

async function keepMessages(name: string, work: Work, account: string): Promise<void> {
  const queue = work.situation.found.queues.find((candidate) => candidate.name === name);
  if (queue === undefined) return;
  await work.client.send("PATCH", `${account}/queues/${queue.id}`, {
    queue_name: name,
    settings: { ...queue.settings, message_retention_period: work.plan.retentionSeconds },
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

async function writeConfig({ situation, plan, root }: Work, ids: Ids): Promise<void> {
  const { template, names, found } = situation;
  const config = deriveConfig(template, {
    accountId: found.accountId,
    names,
    databaseId: ids.database ?? "",
    namespaceId: ids.namespace ?? "",
    vars: plan.vars,
    plan: found.plan,
  });
  await writeFile(path.join(root, names.config), config);
}

function placeOf(place: Place, keys: Partial<Record<"location" | "jurisdiction", string>>): Row {
  // A jurisdiction is a promise, a location only a wish: Cloudflare takes one of them.
  const kind = place.jurisdiction === null ? "location" : "jurisdiction";
  const key = keys[kind];
  const value = place[kind];
  return key === undefined || value === null ? {} : { [key]: value };
}
