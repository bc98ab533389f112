import { DurableObject } from "cloudflare:workers";

/** Repairs what an interrupted request left behind. */
export class Upkeep extends DurableObject<Cloudflare.Env> {}
