/**
 * The names of everything that one installation has. Cloudflare keeps names per account, so each
 * comes from the installation's name: two installations in one account then share nothing.
 */

import { createHash } from "node:crypto";

import { parseQueueRole, type QueueRole } from "../../src/platform/queue-role.ts";
import { Trouble } from "../../tools/trouble.ts";
import type { Template } from "./template.ts";

export interface Names {
  readonly worker: string;
  readonly database: string;
  readonly namespace: string;
  /** By the names in wrangler.toml. */
  readonly queues: ReadonlyMap<string, string>;
  /** The derived configuration, beside wrangler.toml. */
  readonly config: string;
  /** What only this machine knows of the installation. */
  readonly folder: string;
}

/**
 * Names an installation. Ids in wrangler.toml mean that it was filled in for the installation that
 * it names: then its queues exist under the names in it.
 */
export function namesOf(template: Template, given: string | null): Names {
  const worker = given ?? template.name;
  const isFilledIn = template.databaseId !== null && worker === template.name;
  const queues = template.queues.map((queue): [string, string] => {
    return [queue, isFilledIn ? filledInQueue(template, queue) : `${worker}-${roleOf(queue)}`];
  });
  return {
    worker,
    database: worker,
    namespace: `${worker}-routes`,
    queues: new Map(queues),
    config: `wrangler.${worker}.toml`,
    folder: `.signpost/${worker}`,
  };
}

/**
 * Returns the name of a queue in a file that a deploy button has filled in. A button knows the queues
 * that the Worker sends to, and may have renamed them without their consumers.
 */
function filledInQueue({ producedQueues, consumedQueues }: Template, queue: string): string {
  const role = roleOf(queue);
  const isDead = role.endsWith("-dead");
  const isLive = (candidate: string): boolean => roleOf(candidate) === role.replace(/-dead$/, "");
  const produced = producedQueues.find(isLive);
  if (produced === undefined || consumedQueues.includes(produced)) return queue;
  return isDead ? `${produced}-dead` : produced;
}

function roleOf(queue: string): QueueRole {
  const role = parseQueueRole(queue);
  if (role === null) throw new Trouble(`wrangler.toml names a queue without a role: ${queue}.`);
  return role;
}

/** Returns the id of a rate limit's counters, which all Workers of an account share by it. */
export function rateLimitId(worker: string, binding: string): string {
  const hash = createHash("sha256").update(`${worker}/${binding}`).digest();
  return String(1 + (hash.readUInt32BE(0) % 2_000_000_000));
}
