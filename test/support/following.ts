/** Follows links as a visitor does, against a redirect of one's own making. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

import { agentReader } from "../../src/clicks/agent-reader.ts";
import { drawLinkQr } from "../../src/links/qr/draw-link-qr.ts";
import {
  createRouteCache,
  ROUTE_CACHE_LIMITS,
  type RouteCache,
} from "../../src/links/route/cache.ts";
import type { HostRecord } from "../../src/links/route/host-record.ts";
import { readHost } from "../../src/links/route/host-store.ts";
import { publishRead } from "../../src/links/route/publish.ts";
import { readRoute } from "../../src/links/route/store.ts";
import { matchesStored } from "../../src/platform/sealed-password.ts";
import { secretOf } from "../../src/platform/secrets.ts";
import type { Capture } from "../../src/redirect/capture.ts";
import { answerChoice } from "../../src/redirect/exclusion.ts";
import { redirectWith, type Redirect } from "../../src/redirect/handle.ts";
import { answerHost } from "../../src/redirect/host.ts";
import { createMissLimiter } from "../../src/redirect/miss-limiter.ts";
import { clickMessage, messageBytes, type CapturedClick } from "../../src/redirect/pack.ts";
import { askPassword } from "../../src/redirect/password.ts";
import { answerQr } from "../../src/redirect/qr.ts";
import { refuse } from "../../src/redirect/refuse.ts";
import { splitUrl } from "../../src/redirect/request-url.ts";
import { createWriteBack } from "../../src/redirect/write-back.ts";

export const BROWSER =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
export const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

export interface Recording {
  readonly redirect: Redirect;
  readonly cache: RouteCache;
  readonly clicks: CapturedClick[];
}

/** Makes a redirect with an empty isolate cache that keeps its clicks in an array. */
export function recordingRedirect(): Recording {
  const clicks: CapturedClick[] = [];
  const capture: Capture = { add: (click) => void clicks.push(click), held: () => clicks.length };
  const cache = createRouteCache(ROUTE_CACHE_LIMITS);
  const hosts = createRouteCache<HostRecord>(ROUTE_CACHE_LIMITS);
  const redirect = redirectWith({
    cache,
    limiter: createMissLimiter(),
    writeBack: createWriteBack(publishRead),
    capture,
    publishRead,
    readRoute,
    ingestDirectly: () => Promise.resolve(),
    refuse,
    loadPacking: () => Promise.resolve({ clickMessage, messageBytes }),
    loadRuleEngine: () => import("../../src/links/rules/evaluate.ts"),
    loadAgentReader: () => Promise.resolve(agentReader),
    askPassword: (environment, asked) =>
      askPassword(environment, asked, async (password, { uuid, stored }) =>
        matchesStored(await secretOf(environment, "ENCRYPTION_KEY"), uuid, password, stored),
      ),
    loadGuards: () => import("../../src/redirect/guards.ts"),
    loadCircle: () => import("../../src/redirect/circle.ts"),
    loadPastedPath: () => import("../../src/redirect/pasted-path.ts"),
    answerChoice: (asked) => Promise.resolve(answerChoice(asked)),
    answerHost: (arrival, parts) =>
      answerHost(arrival, { ...parts, cache: hosts, readRoute: readHost }),
    answerQr: (environment, asked) => answerQr(environment, asked, drawLinkQr),
  });
  return { redirect, cache, clicks };
}

/** Asks for a path; resolves when all that ran under `waitUntil` is done. */
export async function follow(
  redirect: Redirect,
  path: string,
  init: RequestInit<IncomingRequestCfProperties> = {},
  environment: Cloudflare.Env = env,
): Promise<Response> {
  const request = new Request(new URL(path, "https://sign.test"), init);
  const ctx = createExecutionContext();
  const response = await redirect(request, splitUrl(request.url), environment, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

/** Waits until KV holds a workspace's links as they are: use cases publish behind their answers. */
export async function allPublished({ id }: { readonly id: number }): Promise<void> {
  await vi.waitFor(async () => {
    const lagging = await env.DB.prepare(
      "SELECT count(*) AS n FROM links WHERE workspace_id = ?1 AND published_version < version",
    )
      .bind(id)
      .first("n");
    if (lagging !== 0) throw new Error("A link is not published yet.");
  });
}
