/** The installation's settings, parsed once an isolate. Secrets stay in `env`. */

export type Plan = "free" | "pro" | "enterprise";
export type Signups = "open" | "first" | "closed";

export interface Config {
  /** Where people reach this installation; its host is a default host. */
  readonly publicUrl: URL;
  readonly defaultPlan: Plan;
  readonly signups: Signups;
  /** 0 keeps counts and no click log. */
  readonly clickRetentionDays: number;
  /** Where `/` leads, or null for our own page. */
  readonly homeUrl: string | null;
  /** Webhooks may reach http, any port and private addresses: for local development alone. */
  readonly allowPrivateWebhooks: boolean;
}

const parsed = new WeakMap<Cloudflare.Env, Config>();

/** Gives the settings of an environment; throws a sentence that names the variable that is wrong. */
export function configOf(env: Cloudflare.Env): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const config = parse(env);
  parsed.set(env, config);
  return config;
}

const publicUrls = new WeakMap<Cloudflare.Env, URL>();

/** Gives PUBLIC_URL by itself: all that a redirect needs of the settings. */
export function publicUrlOf(env: Cloudflare.Env): URL {
  const known = publicUrls.get(env);
  if (known !== undefined) return known;
  const url = new URL(env.PUBLIC_URL);
  publicUrls.set(env, url);
  return url;
}

function parse(env: Cloudflare.Env): Config {
  return {
    publicUrl: publicUrlOf(env),
    defaultPlan: oneOf("DEFAULT_PLAN", env.DEFAULT_PLAN, ["free", "pro", "enterprise"]),
    signups: oneOf("SIGNUPS", env.SIGNUPS, ["open", "first", "closed"]),
    clickRetentionDays: days("CLICK_RETENTION_DAYS", env.CLICK_RETENTION_DAYS),
    homeUrl: env.HOME_URL === "" ? null : env.HOME_URL,
    allowPrivateWebhooks: env.ALLOW_PRIVATE_WEBHOOKS === "true",
  };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`${name} must be one of ${allowed.join(", ")}.`);
  return found;
}

function days(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${name} must be a whole number.`);
  return number;
}
