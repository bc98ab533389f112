/** The loopback API of Workers: scripts with their settings, hosts and schedules. */

import type { Account, Binding, Script } from "./account.ts";
import { Refusal, type Asked, type Route } from "./answer.ts";

const SCRIPT = String.raw`\/accounts\/\w+\/workers\/scripts\/([\w-]+)`;

function script(
  method: string,
  tail: string,
  answer: (script: Script, asked: Asked) => unknown,
): Route {
  return {
    method,
    path: new RegExp(`^${SCRIPT}${tail}$`),
    needs: "Workers Scripts Edit",
    answer: (asked) => answer(scriptOf(asked), asked),
  };
}

export const workerRoutes: readonly Route[] = [
  script("GET", "/settings", ({ bindings, metadata }) => ({
    bindings: bindings.map(withoutSecret),
    compatibility_date: metadata["compatibility_date"],
  })),
  script("GET", "/deployments", ({ versionId }) => ({
    deployments: [{ id: versionId, versions: [{ version_id: versionId, percentage: 100 }] }],
  })),
  script("GET", "/secrets", ({ bindings }) =>
    bindings.filter(({ type }) => type === "secret_text").map(withoutSecret),
  ),
  script("PUT", "/secrets", (found, { body }) => {
    const secret = { type: "secret_text", name: String(body["name"]), text: String(body["text"]) };
    found.bindings = [...found.bindings.filter(({ name }) => name !== secret.name), secret];
    return withoutSecret(secret);
  }),
  script("GET", "/subdomain", ({ workersDev, previews }) => ({
    enabled: workersDev,
    previews_enabled: previews,
  })),
  script("POST", "/subdomain", (found, { account, body }) => {
    found.workersDev = body["enabled"] === true;
    found.previews = body["previews_enabled"] === true;
    if (found.workersDev && account.subdomain === null) {
      throw new Refusal(404, 10_063, "You need a workers.dev subdomain in order to proceed.");
    }
    return { enabled: found.workersDev, previews_enabled: found.previews };
  }),
  script("PUT", "/schedules", (found, { body }) => {
    found.crons = Object.values(body).map((row) => (row as { cron: string }).cron);
    return { schedules: body };
  }),
  {
    method: "PUT",
    path: new RegExp(`^${SCRIPT}$`),
    needs: "Workers Scripts Edit",
    answer: upload,
  },
  {
    method: "POST",
    path: new RegExp(`^${SCRIPT}/assets-upload-session$`),
    needs: "Workers Scripts Edit",
    answer: () => ({ jwt: "loopback-assets", buckets: [] }),
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/workers\/services\/([\w-]+)$/,
    needs: "Workers Scripts Edit",
    answer: (asked) => {
      scriptOf(asked);
      const environment = { environment: "production", script: { last_deployed_from: "wrangler" } };
      return { default_environment: environment, environments: [environment] };
    },
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/workers\/workers\/([\w-]+)$/,
    needs: "Workers Scripts Edit",
    answer: (asked) => {
      const { workersDev, previews } = scriptOf(asked);
      return { subdomain: { enabled: workersDev, previews_enabled: previews } };
    },
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/workers\/subdomain$/,
    needs: "Workers Scripts Edit",
    answer: ({ account }) => {
      if (account.subdomain === null) {
        throw new Refusal(404, 10_007, "This account has no workers.dev subdomain");
      }
      return { subdomain: account.subdomain };
    },
  },
];

function scriptOf({ account, params: [name = ""] }: Asked): Script {
  const found = account.scripts.get(name);
  if (found === undefined) {
    throw new Refusal(404, 10_007, "This Worker does not exist on your account.");
  }
  return found;
}

function upload({ account, params: [name = ""], body }: Asked): unknown {
  const previous = account.scripts.get(name);
  const bindings = ((body["bindings"] ?? []) as readonly Binding[]).map((binding) =>
    binding.type === "inherit" ? inherited(previous, binding.name) : binding,
  );
  const kept = keptBindings(previous, bindings, (body["keep_bindings"] ?? []) as string[]);
  for (const binding of bindings) refuseMissing(account, binding);
  const versionId = crypto.randomUUID();
  account.scripts.set(name, {
    bindings: [...bindings, ...kept],
    metadata: body,
    versionId,
    uploads: (previous?.uploads ?? 0) + 1,
    workersDev: previous?.workersDev ?? false,
    previews: previous?.previews ?? false,
    crons: previous?.crons ?? [],
  });
  return { id: name, deployment_id: versionId, etag: versionId, startup_time_ms: 5 };
}

function inherited(previous: Script | undefined, name: string): Binding {
  const found = previous?.bindings.find((binding) => binding.name === name);
  if (found === undefined) throw new Refusal(400, 10_057, `Cannot inherit the binding ${name}`);
  return found;
}

/** Secrets that an upload does not name stay if it says so. */
function keptBindings(
  previous: Script | undefined,
  bindings: readonly Binding[],
  kinds: readonly string[],
): readonly Binding[] {
  const named = new Set(bindings.map(({ name }) => name));
  return (previous?.bindings ?? []).filter(
    ({ name, type }) => kinds.includes(type) && !named.has(name),
  );
}

function refuseMissing(account: Account, binding: Binding): void {
  const missing =
    (binding.type === "d1" && !account.databases.some(({ id }) => id === binding["id"])) ||
    (binding.type === "kv_namespace" &&
      !account.namespaces.some(({ id }) => id === binding["namespace_id"])) ||
    (binding.type === "queue" &&
      !account.queues.some(({ name }) => name === binding["queue_name"]));
  if (missing)
    throw new Refusal(400, 10_041, `The target of the binding ${binding.name} is missing`);
}

function withoutSecret({ text, ...binding }: Binding): Binding {
  return binding.type === "secret_text"
    ? binding
    : { ...binding, ...(text === undefined ? {} : { text }) };
}
