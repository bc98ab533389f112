/** Converts webhooks between the native API's format and the engine's. */

import type { LoggedDelivery } from "../../../ledger/deliveries/contract.ts";
import type { BlockReason } from "../../../platform/safe-fetch.ts";
import { deliveryIdOf } from "../../../webhooks/delivery-target.ts";
import type { Endpoint } from "../../../webhooks/endpoint.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { isoOf } from "../wire-values.ts";
import type { delivery as deliveryAnswer, webhook } from "./answers.ts";

export function wireWebhook(endpoint: Endpoint): AnswerOf<typeof webhook> {
  const { uuid, url, events, isActive, retryPolicy, disabledReason } = endpoint;
  return {
    id: uuid,
    url,
    events,
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
