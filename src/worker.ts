/** The Worker's entry: dispatches each event to the module that owns it. */

import { configOf } from "./config.ts";
import { siteOf } from "./links/route/hosts.ts";
import { log } from "./platform/log.ts";
import { parseQueueRole } from "./platform/queue-role.ts";
import {
  APP_PATH,
  DEFAULT_HOST_FILES,
  DOCS_PATH,
  isDocument,
  isUnder,
  SECURITY_PATH,
} from "./prefixes.ts";
import { createRedirect, type LazyParts } from "./redirect/handle.ts";
import { httpsOf, splitUrl } from "./redirect/request-url.ts";
import { isRedirect, makeStrict, redirectTo } from "./redirect/respond.ts";
import { upkeepFor } from "./upkeep/upkeep.ts";

export { CodeAllocator } from "./codes/code-allocator.ts";
export { AddressGate } from "./gates/address-gate.ts";
export { LinkGate } from "./gates/link-gate.ts";
export { Ledger } from "./ledger/ledger.ts";
export { Upkeep } from "./upkeep/upkeep.ts";

const redirect = createRedirect({
  refuse,
  async readRoute(db, address) {
    const { readRouteNearby } = await import("./links/route/store.ts");
    return readRouteNearby(db, address);
  },
  async publishRead(env, address, known) {
    const { publishRead } = await import("./links/route/publish.ts");
    return publishRead(env, address, known);
  },
  async ingestDirectly(env, message) {
    const { ingestMessages } = await import("./clicks/consumer.ts");
    await ingestMessages(env, [message]);
  },
  loadPacking: () => import("./redirect/pack.ts"),
  loadRuleEngine: () => import("./links/rules/evaluate.ts"),
  async loadAgentReader() {
    const { agentReader } = await import("./clicks/agent-reader.ts");
    return agentReader;
  },
  async askPassword(env, asked) {
    const { askPassword } = await import("./redirect/password.ts");
    const { matchesStored } = await import("./platform/sealed-password.ts");
    const { secretOf } = await import("./platform/secrets.ts");
    return askPassword(env, asked, async (password, { uuid, stored }) =>
      matchesStored(await secretOf(env, "ENCRYPTION_KEY"), uuid, password, stored),
    );
  },
  loadGuards: () => import("./redirect/guards.ts"),
  loadCircle: () => import("./redirect/circle.ts"),
  loadPastedPath: () => import("./redirect/pasted-path.ts"),
  async answerChoice(asked) {
    const { answerChoice } = await import("./redirect/exclusion.ts");
    return answerChoice(asked);
  },
  async answerHost(arrival, parts) {
    const { answerHost } = await import("./redirect/host.ts");
    const { hostCache: cache } = await import("./links/route/host-record.ts");
    const { readHost: readRoute } = await import("./links/route/host-store.ts");
    return answerHost(arrival, { ...parts, cache, readRoute });
  },
  async answerQr(env, asked) {
    const { answerQr } = await import("./redirect/qr.ts");
    const { drawLinkQr } = await import("./links/qr/draw-link-qr.ts");
    return answerQr(env, asked, drawLinkQr);
  },
});

// Cache the modules, not their promises: a request must not await another request's promise.
let api: (typeof import("./api/app.ts"))["default"] | null = null;
let refusals: typeof import("./redirect/refuse.ts") | null = null;

function refuse(...asked: Parameters<LazyParts["refuse"]>): Response | Promise<Response> {
  return refusals === null ? refuseFirst(...asked) : refusals.refuse(...asked);
}

async function refuseFirst(...asked: Parameters<LazyParts["refuse"]>): Promise<Response> {
  refusals = await import("./redirect/refuse.ts");
  return refusals.refuse(...asked);
}

async function callApi(
  request: Request,
  env: Cloudflare.Env,
  ctx: ExecutionContext,
  isStrict: boolean,
): Promise<Response> {
  api ??= (await import("./api/app.ts")).default;
  const response = await api.fetch(request, env, ctx);
  // A copy: a library may answer with headers that cannot be changed.
  return isStrict ? makeStrict(new Response(response.body, response)) : response;
}

/** Answers with a document; where there is none, with the page that says so, or like the API. */
async function answerDocument(
  request: Request,
  env: Cloudflare.Env,
  ctx: ExecutionContext,
  isStrict: boolean,
): Promise<Response> {
  const response = await answerAsset(request, env);
  const isPage = isUnder(DOCS_PATH, new URL(request.url).pathname);
  if (response.status === 404 && !isPage) return callApi(request, env, ctx, isStrict);
  return isStrict ? makeStrict(response) : response;
}

/** Answers what only a default host has beside its links; returns null for another path. */
function answerFile(request: Request, path: string, env: Cloudflare.Env): Promise<Response> | null {
  if (path === SECURITY_PATH) return answerSecurity(request, env);
  return DEFAULT_HOST_FILES.has(path) ? answerAsset(request, env) : null;
}

async function answerAsset(request: Request, env: Cloudflare.Env): Promise<Response> {
  const response = await env.ASSETS.fetch(request);
  // A copy: the headers of one that was fetched cannot be changed.
  return new Response(response.body, response);
}

async function answerSecurity(request: Request, env: Cloudflare.Env): Promise<Response> {
  const { answerSecurityTxt } = await import("./redirect/pages/security-txt.ts");
  const { securityContact: contact, publicUrl } = configOf(env);
  const canonical = `${publicUrl.origin}${SECURITY_PATH}`;
  return answerSecurityTxt(request, { contact, canonical }, Date.now());
}

export default {
  fetch(request, env, ctx) {
    const url = splitUrl(request.url);
    const { isDefault, transport } = siteOf(url.origin, env);
    if (transport === "upgrade") return redirectTo(httpsOf(url.href), 308);
    const isStrict = transport === "strict";
    if (isDefault && APP_PATH.test(url.path)) {
      const answer = isDocument(url.path) ? answerDocument : callApi;
      return answer(request, env, ctx, isStrict);
    }
    // Redirects are strict already, as most are shared with other requests.
    const finish = (response: Response): Response =>
      isStrict && !isRedirect(response) ? makeStrict(response) : response;
    const failed = async (error: unknown): Promise<Response> => {
      log("error", "redirect.failed", { error });
      return finish(await refuse(request, "UNAVAILABLE"));
    };
    try {
      const response = isDefault
        ? (answerFile(request, url.path, env) ?? redirect(request, url, env, ctx))
        : redirect(request, url, env, ctx);
      return response instanceof Promise ? response.then(finish).catch(failed) : finish(response);
    } catch (error) {
      return failed(error);
    }
  },

  async queue(batch, env): Promise<void> {
    switch (parseQueueRole(batch.queue)) {
      case "clicks":
        return (await import("./clicks/consumer.ts")).consumeClicks(batch, env);
      case "webhooks":
      case "webhooks-slow":
        return (await import("./webhooks/consumer.ts")).consumeDeliveries(
          batch,
          env,
          async (...owed) =>
            (await import("./conversions/tell-webhooks.ts")).tellConversions(...owed),
        );
      case "clicks-dead":
      case "webhooks-dead":
        return (await import("./clicks/consumer.ts")).storeDeadLetters(batch, env);
      case null:
        throw new Error(`No consumer for the queue ${batch.queue}`);
    }
  },

  async scheduled(_event, env): Promise<void> {
    await upkeepFor(env).arm();
  },
} satisfies ExportedHandler<Cloudflare.Env>;
