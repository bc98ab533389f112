/** The Worker's entry: dispatches each event to the module that owns it. */

import { siteOf } from "./links/route/hosts.ts";
import { log } from "./platform/log.ts";
import { parseQueueRole } from "./platform/queue-role.ts";
import { APP_PATH } from "./prefixes.ts";
import { createRedirect } from "./redirect/handle.ts";
import { UNAVAILABLE } from "./redirect/pages/notices.ts";
import { splitUrl } from "./redirect/request-url.ts";
import { notice } from "./redirect/respond.ts";
import { upkeepFor } from "./upkeep/upkeep.ts";

export { CodeAllocator } from "./codes/code-allocator.ts";
export { AddressGate } from "./gates/address-gate.ts";
export { LinkGate } from "./gates/link-gate.ts";
export { Ledger } from "./ledger/ledger.ts";
export { Upkeep } from "./upkeep/upkeep.ts";

const redirect = createRedirect({
  async readRoute(db, address) {
    const { readRoute } = await import("./links/route/store.ts");
    return readRoute(db, address);
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
    return askPassword(env, asked, (password, { uuid, stored }) =>
      matchesStored(env.ENCRYPTION_KEY, uuid, password, stored),
    );
  },
  async answerQr(env, asked) {
    const { answerQr } = await import("./redirect/qr.ts");
    const { drawLinkQr } = await import("./links/qr/draw-link-qr.ts");
    return answerQr(env, asked, drawLinkQr);
  },
});

// Caches the module, not its promise: a request must not await another request's promise.
let api: (typeof import("./api/app.ts"))["default"] | null = null;

async function callApi(
  request: Request,
  env: Cloudflare.Env,
  ctx: ExecutionContext,
): Promise<Response> {
  api ??= (await import("./api/app.ts")).default;
  return api.fetch(request, env, ctx);
}

export default {
  fetch(request, env, ctx) {
    const url = splitUrl(request.url);
    if (APP_PATH.test(url.path) && siteOf(url.origin, env).isDefault) {
      return callApi(request, env, ctx);
    }
    const failed = (error: unknown): Response => {
      log("error", "redirect.failed", { error });
      return notice(request, UNAVAILABLE);
    };
    try {
      const response = redirect(request, url, env, ctx);
      return response instanceof Promise ? response.catch(failed) : response;
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
