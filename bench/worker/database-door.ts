/** The database of `distant-database.ts`: answers what D1's client asks, in a process of its own. */

export { AddressGate, CodeAllocator, Ledger, LinkGate, Upkeep } from "../../src/worker.ts";

export default {
  fetch(request, env) {
    const { fetcher } = env.DB as unknown as { readonly fetcher: Fetcher };
    return fetcher.fetch(request);
  },
} satisfies ExportedHandler<Cloudflare.Env>;
