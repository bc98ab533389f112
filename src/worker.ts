/** Front door: sends each event to the module that owns it. Dispatch only. */

export { CodeAllocator } from "./codes/code-allocator.ts";
export { Ledger } from "./ledger/ledger.ts";
export { Upkeep } from "./upkeep/upkeep.ts";

export default {
  async fetch(): Promise<Response> {
    return new Response(null, { status: 404 });
  },
} satisfies ExportedHandler<Cloudflare.Env>;
