import { DurableObject } from "cloudflare:workers";

/** Holds what happened in one workspace. */
export class Ledger extends DurableObject<Cloudflare.Env> {}
