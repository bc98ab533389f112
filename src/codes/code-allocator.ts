import { DurableObject } from "cloudflare:workers";

/** Hands out the automatic short codes of one domain. */
export class CodeAllocator extends DurableObject<Cloudflare.Env> {}
