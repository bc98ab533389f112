/**
 * Our Worker with its database in another process, behind the port that `DATABASE_ORIGIN` names: as
 * on Cloudflare, the thread that redirects does not run D1's queries.
 */

import worker, { Upkeep as SignpostUpkeep } from "../../src/worker.ts";

export { AddressGate, CodeAllocator, Ledger, LinkGate } from "../../src/worker.ts";

interface DistantEnvironment extends Cloudflare.Env {
  readonly DATABASE_ORIGIN: string;
}

/** The only object that asks D1. */
export class Upkeep extends SignpostUpkeep {
  constructor(ctx: DurableObjectState, env: DistantEnvironment) {
    super(ctx, distant(env));
  }
}

/** One for each, since settings are kept by it. */
const environments = new WeakMap<DistantEnvironment, Cloudflare.Env>();

function distant(env: DistantEnvironment): Cloudflare.Env {
  const known = environments.get(env);
  if (known !== undefined) return known;
  const { constructor: Database } = env.DB as unknown as {
    readonly constructor: new (fetcher: Pick<Fetcher, "fetch">) => D1Database;
  };
  const DB = new Database({
    fetch(input, init) {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      return fetch(new URL(`${pathname}${search}`, env.DATABASE_ORIGIN), request);
    },
  });
  const made = { ...env, DB };
  environments.set(env, made);
  return made;
}

export default {
  fetch: (request, env, ctx) => worker.fetch(request, distant(env), ctx),
  queue: (batch, env) => worker.queue(batch, distant(env)),
  scheduled: (controller, env) => worker.scheduled(controller, distant(env)),
} satisfies ExportedHandler<DistantEnvironment>;
