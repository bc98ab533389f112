/** The installation's settings, parsed once per isolate. Secrets stay in `env`. */

import { isRegion } from "./platform/location.ts";
import {
  isStrongTyped,
  SECRET_LENGTH_MIN,
  TYPED_VARIETY_MIN,
  typedSecret,
} from "./platform/secret-strength.ts";

export type Plan = "free" | "pro" | "enterprise";
export type Signups = "open" | "first" | "closed";

export interface Config {
  /** The public origin of this installation. Its host is a default host. */
  readonly publicUrl: URL;
  readonly defaultPlan: Plan;
  readonly signups: Signups;
  /** 0 keeps counts but no click log. */
  readonly clickRetentionDays: number;
  /** Where `/` redirects, or null for the built-in page. */
  readonly homeUrl: string | null;
  /** The Worker's host on workers.dev, if it has one beside PUBLIC_URL's; otherwise empty. */
  readonly workersDevHost: string;
  /** The address for reports of vulnerabilities, or null. */
  readonly securityContact: string | null;
  /** Cloudflare for SaaS, which serves the workspaces' domains; null unless all of it is set. */
  readonly saas: Saas | null;
  /** Lets webhooks call http, any port and private addresses: for local development only. */
  readonly allowPrivateWebhooks: boolean;
}

export interface Saas {
  readonly zoneId: string;
  /** The host name that owners point their names at. */
  readonly target: string;
  readonly token: string;
}

declare global {
  namespace Cloudflare {
    interface Env {
      // Secrets, and optional: wrangler.toml can only name those that are required. The first three
      // are derived from SIGNPOST_SECRET if they are not set.
      readonly AUTH_SECRET?: string;
      readonly ENCRYPTION_KEY?: string;
      readonly ADMIN_TOKEN?: string;
      readonly SAAS_TOKEN?: string;
      /** Proves who may make the first account; a deployment makes it. */
      readonly SETUP_TOKEN?: string;
    }
  }
}

const parsed = new WeakMap<Cloudflare.Env, Config>();

/** Returns the settings of an environment. Throws an error that names the invalid variable. */
export function configOf(env: Cloudflare.Env): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const config = parse(env);
  parsed.set(env, config);
  return config;
}

const publicUrls = new WeakMap<Cloudflare.Env, URL>();

/** Returns PUBLIC_URL alone, the only setting that a redirect needs. */
export function publicUrlOf(env: Cloudflare.Env): URL {
  const known = publicUrls.get(env);
  if (known !== undefined) return known;
  const url = new URL(env.PUBLIC_URL);
  publicUrls.set(env, url);
  return url;
}

function parse(env: Cloudflare.Env): Config {
  requireSecrets(env);
  // Read by placeOf, which ignores a wrong one: redirects go on, and the API says what is wrong.
  if (env.LOCATION_HINT !== "" && !isRegion(env.LOCATION_HINT)) {
    throw new Error("LOCATION_HINT must be empty or a region such as weur or enam.");
  }
  return {
    publicUrl: publicUrlOf(env),
    defaultPlan: oneOf("DEFAULT_PLAN", env.DEFAULT_PLAN, ["free", "pro", "enterprise"]),
    signups: oneOf("SIGNUPS", env.SIGNUPS, ["open", "first", "closed"]),
    clickRetentionDays: days("CLICK_RETENTION_DAYS", env.CLICK_RETENTION_DAYS),
    homeUrl: env.HOME_URL === "" ? null : env.HOME_URL,
    workersDevHost: env.WORKERS_DEV_HOST.toLowerCase(),
    securityContact: contact("SECURITY_CONTACT", env.SECURITY_CONTACT),
    saas: saasOf(env),
    allowPrivateWebhooks: env.ALLOW_PRIVATE_WEBHOOKS === "true",
  };
}

function saasOf({ SAAS_ZONE_ID: zoneId, SAAS_TARGET, SAAS_TOKEN }: Cloudflare.Env): Saas | null {
  const target = SAAS_TARGET.toLowerCase();
  if (zoneId !== "" && !/^[0-9a-f]{32}$/.test(zoneId)) {
    throw new Error("SAAS_ZONE_ID must be the id of a zone, 32 hexadecimal digits.");
  }
  if (target !== "" && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(target)) {
    throw new Error("SAAS_TARGET must be a host name, such as service.example.com.");
  }
  const token = SAAS_TOKEN ?? "";
  return zoneId === "" || target === "" || token === "" ? null : { zoneId, target, token };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`${name} must be one of ${allowed.join(", ")}.`);
  return found;
}

/** Refuses secrets that can be guessed. Those that are derived need only SIGNPOST_SECRET. */
function requireSecrets(env: Cloudflare.Env): void {
  const { AUTH_SECRET, ENCRYPTION_KEY, ADMIN_TOKEN } = env;
  const isDerived = AUTH_SECRET === undefined || ENCRYPTION_KEY === undefined;
  if (isDerived || env.SIGNPOST_SECRET !== undefined) requireStrong(typedSecret(env));
  if (AUTH_SECRET !== undefined) requireLength("AUTH_SECRET", AUTH_SECRET);
  // An empty one lets nobody operate the installation.
  if (ADMIN_TOKEN !== undefined && ADMIN_TOKEN !== "") requireLength("ADMIN_TOKEN", ADMIN_TOKEN);
}

function requireStrong(typed: string): void {
  if (isStrongTyped(typed)) return;
  throw new Error(
    `SIGNPOST_SECRET must be at least ${SECRET_LENGTH_MIN} characters, ${TYPED_VARIETY_MIN} of them different. \`openssl rand -hex 32\` makes one.`,
  );
}

function requireLength(name: string, secret: string): void {
  if (secret.length < SECRET_LENGTH_MIN) {
    throw new Error(
      `${name} must be at least ${SECRET_LENGTH_MIN} characters. \`openssl rand -base64 32\` makes one.`,
    );
  }
}

function days(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`${name} must be a whole number, 0 or more.`);
  return number;
}

function contact(name: string, value: string): string | null {
  if (value === "") return null;
  const url = URL.parse(value);
  if (url === null || !["mailto:", "https:"].includes(url.protocol)) {
    throw new Error(`${name} must be empty, or an address that begins with mailto: or https://.`);
  }
  return url.href;
}
