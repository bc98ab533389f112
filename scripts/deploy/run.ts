/** A deployment: looks, plans, says what it will do, does it, and asks the result whether it works. */

import { readFile } from "node:fs/promises";
import path from "node:path";

import { Trouble } from "../../tools/trouble.ts";
import { apply } from "./apply.ts";
import { createClient, type Client } from "./client.ts";
import { chooseAccount, credentialsFrom, type Environment } from "./credentials.ts";
import { parseFlags, type Wanted } from "./flags.ts";
import type { Found } from "./found.ts";
import { awaitHealth, type Patience } from "./health.ts";
import { look, lookAtHosts } from "./look.ts";
import { memoryIn, type Memory, type Place } from "./memory.ts";
import { namesOf, type Names } from "./names.ts";
import { planDeployment, type Plan } from "./plan.ts";
import type { Publisher, Workplace } from "./publisher.ts";
import { liveVersion } from "./report.ts";
import { chooseSecrets, givenSecrets, reminder, unfitSecrets } from "./secrets.ts";
import { setupNotice } from "./setup-link.ts";
import { hostsOf, type Situation } from "./situation.ts";
import { describe } from "./step.ts";
import { readTemplate, type Template } from "./template.ts";

export interface Surroundings extends Pick<Patience, "sleep" | "statusOf"> {
  /** The folder of wrangler.toml. */
  readonly root: string;
  readonly env: Environment;
  readonly say: (text: string) => void;
  readonly publisherFor: (workplace: Workplace) => Publisher;
}

const API = "https://api.cloudflare.com/client/v4";

/** Runs `npm run deploy` with these arguments. Throws a Trouble that says what to do. */
export async function deploy(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { root, env, say, sleep } = surroundings;
  const wanted = parseFlags(args);
  const template = readTemplate(await readFile(path.join(root, "wrangler.toml"), "utf8"));
  const names = namesOf(template, wanted.name);
  const memory = memoryIn(path.join(root, names.folder));
  const remembered = await memory.place();
  const headers = await credentialsFrom(env);
  const base = (env["CLOUDFLARE_API_BASE_URL"] ?? API).replace(/\/$/, "");
  const client = createClient({ base, headers, sleep });
  const given = wanted.account ?? env["CLOUDFLARE_ACCOUNT_ID"] ?? null;
  const accountId = await chooseAccount(client, { given, remembered: remembered.account });
  const isShortLived = Boolean(env["CI"]) || Boolean(env["WORKERS_CI"]);
  const known = { ...(await memory.secrets()), ...(isShortLived ? fromEnv(template, env) : {}) };

  const found = await look({ client, accountId, template, names });
  const place: Place = {
    account: accountId,
    location: wanted.location ?? remembered.location,
    // What is made later stays where the database is.
    jurisdiction:
      wanted.jurisdiction ?? remembered.jurisdiction ?? found.database?.jurisdiction ?? null,
  };
  const publicUrl = publicUrlOf(wanted, found, names, template);
  const hosts = await lookAtHosts(client, accountId, hostsOf(publicUrl, wanted));
  const situation: Situation = {
    template,
    names,
    wanted: { ...wanted, jurisdiction: place.jurisdiction },
    found,
    hosts,
    place,
    kept: Object.keys(known),
    unfit: unfitSecrets(known),
    isShortLived,
  };
  const plan = planDeployment(situation, publicUrl);
  if (plan.refusals.length > 0) {
    const reasons = plan.refusals.map((refusal) => `- ${refusal}`).join("\n");
    throw new Trouble(`Nothing was changed, because\n${reasons}`);
  }
  for (const note of plan.notes) say(`Note: ${note}`);
  if (wanted.dryRun) {
    say(rehearsal(plan, found));
    return;
  }
  await carryOut({ surroundings, situation, plan, memory, known, client });
}

interface Carried {
  readonly surroundings: Surroundings;
  readonly situation: Situation;
  readonly plan: Plan;
  readonly memory: Memory;
  readonly known: Readonly<Record<string, string>>;
  readonly client: Client;
}

async function carryOut(carried: Carried): Promise<void> {
  const { surroundings, situation, plan, memory, known, client } = carried;
  const { root, say, sleep, statusOf } = surroundings;
  const { names, found, wanted } = situation;
  await memory.setPlace(situation.place);
  const folder = path.join(root, names.folder);
  let setupToken: string | null = null;
  const { versionId } = await apply({
    client,
    publisher: surroundings.publisherFor({ folder, accountId: found.accountId, say }),
    situation,
    plan,
    root,
    say,
    async secrets() {
      const chosen = await chooseSecrets(situation, known, memory);
      setupToken = chosen.setupToken;
      return chosen.secrets;
    },
  });
  if (setupToken !== null && !situation.isShortLived) say(setupNotice(plan.publicUrl, setupToken));
  const reminded = reminder(await memory.secrets(), `${names.folder}/secrets.json`);
  if (reminded !== null && !situation.isShortLived) say(reminded);
  const version = await liveVersion({ client, situation });
  if (versionId !== null && version !== versionId) {
    throw new Trouble(`Version ${versionId} was uploaded, but ${version} is live.`);
  }
  if (wanted.waitSeconds === 0) {
    say(`Uploaded, and not asked whether it answers: ${plan.publicUrl}, version ${version}.`);
    return;
  }
  await awaitHealth(plan.publicUrl, { waitSeconds: wanted.waitSeconds, sleep, statusOf });
  say(`Live: ${plan.publicUrl}, version ${version}.`);
}

function rehearsal(plan: Plan, found: Found): string {
  const steps = plan.steps.map(
    (step) => `  ${describe(step, { found, retentionSeconds: plan.retentionSeconds })}`,
  );
  return `Dry run: nothing is changed. A deployment of ${plan.publicUrl} would\n${steps.join("\n")}`;
}

/** A flag, else where the installation is now, else wrangler.toml, else the account's workers.dev. */
function publicUrlOf(wanted: Wanted, found: Found, names: Names, template: Template): string {
  if (wanted.url !== null) return wanted.url;
  const written = [found.worker?.vars["PUBLIC_URL"], template.vars["PUBLIC_URL"]];
  const known = written.find((url) => url?.startsWith("https://"));
  if (known !== undefined) return known;
  if (found.subdomain !== null) return `https://${names.worker}.${found.subdomain}.workers.dev`;
  throw new Trouble(
    "Pass the installation's address, for example --url https://go.example.com. Without it, it would be on workers.dev, " +
      "where this account has no name yet: opening Workers & Pages in the dashboard once gives it one.",
  );
}

/** A machine that ends after the deployment is given its secrets by its environment. */
function fromEnv(template: Template, env: Environment): Record<string, string> {
  return Object.fromEntries(
    givenSecrets(template).flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}
