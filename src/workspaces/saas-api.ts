/** The part of Cloudflare's API that manages custom hostnames of one zone. */

import type { Saas } from "../config.ts";
import type { CertificateRecord } from "../db/schema/index.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { isObject } from "../platform/is-object.ts";
import { err, ok, type Result } from "../platform/result.ts";

const API = "https://api.cloudflare.com/client/v4";
const TIMEOUT_MS = 5 * SECOND_MS;
const TEXT_LENGTH_MAX = 300;
const RECORDS_MAX = 5;
/** Validated by HTTP: once the name points here, Cloudflare answers the challenge itself. */
const SSL = { method: "http", type: "dv", settings: { min_tls_version: "1.2" } };
/** Cloudflare has stopped trying to validate, and starts again when asked. */
const STUCK = /_timed_out$|^(?:expired|deleted|inactive)$/;

export interface RemoteHostname {
  readonly id: string;
  readonly isActive: boolean;
  readonly isStuck: boolean;
  readonly records: readonly CertificateRecord[];
  readonly problem: string | null;
}

/** `code` is Cloudflare's; null if it answered with none, or not at all. */
export interface SaasFailure {
  readonly status: number | null;
  readonly code: number | null;
}

type Answer<T> = Promise<Result<T, SaasFailure>>;

export interface SaasApi {
  /** Null if the zone has no such name. */
  find(hostname: string): Answer<RemoteHostname | null>;
  /** Null if it is gone. */
  get(id: string): Answer<RemoteHostname | null>;
  create(hostname: string): Answer<RemoteHostname>;
  /** Starts the validation of its certificate again. */
  validate(id: string): Answer<RemoteHostname>;
  /** Succeeds if it is gone already. */
  remove(id: string): Answer<null>;
}

/** Opens the zone's custom hostnames. The token leaves in one header, to Cloudflare alone. */
export function saasApi({ zoneId, token }: Saas): SaasApi {
  const base = `${API}/zones/${zoneId}/custom_hostnames`;

  async function call(method: string, path: string, body?: object): Answer<unknown> {
    try {
      const response = await fetch(base + path, {
        method,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok && isObject(answer)) return ok(answer["result"]);
      return err({ status: response.status, code: codeOf(answer) });
    } catch {
      return err({ status: null, code: null });
    }
  }

  async function one(answer: Answer<unknown>): Answer<RemoteHostname> {
    const result = await answer;
    if (!result.ok) return result;
    const remote = remoteOf(result.value);
    return remote === null ? err({ status: null, code: null }) : ok(remote);
  }

  return {
    async find(hostname) {
      const found = await call("GET", `?hostname=${encodeURIComponent(hostname)}&per_page=50`);
      if (!found.ok) return found;
      // The filter may also match names that contain this one.
      const all = Array.isArray(found.value) ? (found.value as unknown[]) : [];
      const same = all.find((each) => isObject(each) && each["hostname"] === hostname);
      return same === undefined ? ok(null) : one(Promise.resolve(ok(same)));
    },
    async get(id) {
      const got = await one(call("GET", `/${id}`));
      return !got.ok && got.error.status === 404 ? ok(null) : got;
    },
    create: (hostname) => one(call("POST", "", { hostname, ssl: SSL })),
    validate: (id) => one(call("PATCH", `/${id}`, { ssl: SSL })),
    async remove(id) {
      const removed = await call("DELETE", `/${id}`);
      return removed.ok || removed.error.status === 404 ? ok(null) : removed;
    },
  };
}

function codeOf(answer: unknown): number | null {
  const errors = isObject(answer) ? answer["errors"] : null;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  const code = isObject(first) ? first["code"] : null;
  return typeof code === "number" ? code : null;
}

function remoteOf(value: unknown): RemoteHostname | null {
  if (!isObject(value)) return null;
  const { id, status, verification_errors: errors } = value;
  // It becomes part of a path.
  if (typeof id !== "string" || !/^[\w-]{1,64}$/.test(id)) return null;
  const ssl = isObject(value["ssl"]) ? value["ssl"] : {};
  const isActive = status === "active" && ssl["status"] === "active";
  const problems = [...messagesOf(ssl["validation_errors"]), ...messagesOf(errors)];
  return {
    id,
    isActive,
    isStuck: !isActive && STUCK.test(String(ssl["status"])),
    records: recordsOf(ssl["validation_records"]),
    problem: isActive ? null : (problems[0] ?? null),
  };
}

function messagesOf(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((each: unknown) => {
    const text = isObject(each) ? each["message"] : each;
    return typeof text === "string" ? [text.slice(0, TEXT_LENGTH_MAX)] : [];
  });
}

function recordsOf(records: unknown): CertificateRecord[] {
  if (!Array.isArray(records)) return [];
  return records.slice(0, RECORDS_MAX).flatMap((each: unknown) => {
    if (!isObject(each)) return [];
    const { txt_name: name, txt_value: value } = each;
    if (typeof name !== "string" || typeof value !== "string") return [];
    return [{ type: "TXT" as const, name, value: value.slice(0, TEXT_LENGTH_MAX) }];
  });
}
