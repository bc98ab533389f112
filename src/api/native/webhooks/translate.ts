/** Converts webhooks between the native API's format and the engine's. */

import type { Config } from "../../../config.ts";
import type { LoggedDelivery } from "../../../ledger/deliveries/contract.ts";
import { DEFAULT_DOMAIN } from "../../../links/route/address.ts";
import { domainOf } from "../../../links/route/hosts.ts";
import type { BlockReason } from "../../../platform/safe-fetch.ts";
import { deliveryIdOf } from "../../../webhooks/delivery-target.ts";
import type { Endpoint } from "../../../webhooks/endpoint.ts";
import type { WebhookFilterUnknown } from "../../../webhooks/errors.ts";
import type { Filters } from "../../../webhooks/filters.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { isoOf } from "../wire-values.ts";
import type { delivery as deliveryAnswer, webhook } from "./answers.ts";

/** What a body names as filters, beside an endpoint's other fields. */
type WithFilters<B> = Omit<B, keyof Filters> & {
  readonly [K in keyof Filters]?: Filters[K] | undefined;
};

/** Gathers the filters that a body gives; the names of default hosts mean them all. */
export function toEndpoint<B extends WithFilters<object>>(body: B, config: Config) {
  const { linkIds, tagIds, domains, campaigns, ...others } = body;
  const hosts = domains?.map((hostname) => domainOf(hostname, config));
  const given = Object.entries({ linkIds, tagIds, domains: hosts, campaigns }).filter(
    ([, list]) => list !== undefined,
  );
  return { ...others, filters: given.length === 0 ? undefined : Object.fromEntries(given) };
}

export function wireWebhook(endpoint: Endpoint, config: Config): AnswerOf<typeof webhook> {
  const { uuid, url, events, thresholds, isActive, retryPolicy, disabledReason } = endpoint;
  const { linkIds = [], tagIds = [], domains = [], campaigns = [] } = endpoint.filters;
  return {
    id: uuid,
    url,
    events,
    linkIds,
    tagIds,
    domains: domains.map((domain) =>
      domain === DEFAULT_DOMAIN ? config.publicUrl.hostname : domain,
    ),
    campaigns,
    thresholds: [...thresholds],
    isActive,
    retryPolicy,
    disabledReason,
    failingSince: isoOf(endpoint.failingSinceMs),
    previousSecretUntil: isoOf(endpoint.previousUntilMs),
    createdAt: isoOf(endpoint.createdAtMs),
    updatedAt: isoOf(endpoint.updatedAtMs),
  };
}

/** Converts a delivery. The result of the last attempt stands beside the list of all attempts. */
export function wireDelivery(
  endpoint: Endpoint,
  delivery: LoggedDelivery,
): AnswerOf<typeof deliveryAnswer> {
  const { eventId, event, atMs, status, nextAtMs } = delivery;
  const attempts = delivery.attempts.map((attempt) => ({
    at: isoOf(attempt.atMs),
    status: attempt.status,
    durationMs: attempt.durationMs,
    error: attempt.error,
    response: attempt.response,
  }));
  const last = attempts.at(-1);
  return {
    id: deliveryIdOf(eventId, endpoint.uuid),
    eventId,
    event,
    status,
    responseStatus: last?.status ?? null,
    durationMs: last?.durationMs ?? null,
    error: last?.error ?? null,
    attempts,
    nextAttemptAt: isoOf(nextAtMs),
    createdAt: isoOf(atMs),
  };
}

const NAMED: Readonly<Record<WebhookFilterUnknown["field"], string>> = {
  linkIds: "no link of this workspace has that id",
  tagIds: "no tag of this workspace has that id",
  domains: "it is no domain of this workspace",
};

/** Explains why a filter is refused. */
export function filterSentence({ field, value }: WebhookFilterUnknown): string {
  return `${field} must not name ${value}: ${NAMED[field]}`;
}

const PROBLEMS: Readonly<Record<BlockReason, string>> = {
  not_a_url: "must be a valid URL",
  scheme: "must begin with https://",
  credentials: "must not hold a user name or password",
  port: "must use the usual port of https",
  own_host: "must lead elsewhere: this host is this service",
  private_name: "must be a public host name",
  private_address: "must lead to a public address",
  name_not_found: "must be a host name that exists",
  dns_failed: "cannot be checked now, since the DNS does not answer: try again",
};

/** Explains why an endpoint's URL is refused. */
export function webhookUrlSentence(reason: BlockReason): string {
  return `url ${PROBLEMS[reason]}`;
}
