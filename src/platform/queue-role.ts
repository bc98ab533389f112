/**
 * What a queue is for, told by its name: all that Cloudflare tells a consumer. Names are unique in an
 * account, so those of an installation begin with its own.
 */

const ROLES = ["clicks", "clicks-dead", "webhooks", "webhooks-slow", "webhooks-dead"] as const;

export type QueueRole = (typeof ROLES)[number];

/**
 * Reads the role from a queue's name, `<role>` or `<prefix>-<role>`; null for a queue that is none of
 * ours. No role ends in `-` and another role, so at most one fits.
 */
export function parseQueueRole(name: string): QueueRole | null {
  return ROLES.find((role) => name === role || name.endsWith(`-${role}`)) ?? null;
}
