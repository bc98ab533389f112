/** Webhooks and their deliveries as the API shows them. */

import * as z from "zod";

import { EVENT_TYPES, SUBSCRIPTIONS } from "../../../webhooks/events.ts";
import { RETRY_POLICIES } from "../../../webhooks/schedule.ts";
import { time } from "../answers.ts";

const event = z.enum(EVENT_TYPES);

/** An address to which events are sent. */
export const webhook = z.strictObject({
  id: z.string(),
  url: z.string(),
  /** The events that it gets; `*` is all of them. */
  events: z.array(z.enum(SUBSCRIPTIONS)),
  /** The links whose events it gets; empty for all. Of one that was deleted, nothing comes. */
  linkIds: z.array(z.string()),
  /** The tags of which a link must have one; empty for all. */
  tagIds: z.array(z.string()),
  /** The host names of links; empty for all. */
  domains: z.array(z.string()),
  /** The values of `utm_campaign`; empty for all. */
  campaigns: z.array(z.string()),
  /** The numbers of clicks of `link.threshold`; empty for 100, 1,000 and so on. */
  thresholds: z.array(z.int()),
  isActive: z.boolean(),
  /** `default`: four attempts within 36 s. `extended`: for days. */
  retryPolicy: z.enum(RETRY_POLICIES),
  /** Why it was switched off: the endpoint answered 410, or failed for days; null if it was not. */
  disabledReason: z.enum(["gone", "failing"]).nullable(),
  /** Since when nothing was delivered; null if deliveries succeed. */
  failingSince: time.nullable(),
  /** Until when deliveries are signed with the previous secret as well; null for none. */
  previousSecretUntil: time.nullable(),
  createdAt: time,
  updatedAt: time,
});

/** A webhook with its secret, which is never shown again. */
export const webhookWithSecret = webhook.extend({
  /** Signs deliveries: see the page on webhooks. */
  secret: z.string(),
});

const attemptResult = {
  durationMs: z.number().nullable(),
  /** Why no answer came; null if one did. */
  error: z.string().nullable(),
};

/** An event on its way to one endpoint. */
export const delivery = z.strictObject({
  id: z.string(),
  eventId: z.string(),
  event: z.string(),
  status: z.enum(["pending", "delivered", "failed"]),
  /** The status that the last attempt was answered with; null without an answer. */
  responseStatus: z.int().nullable(),
  ...attemptResult,
  /** In the order in which they were made. */
  attempts: z.array(
    z.strictObject({
      at: time,
      /** The status of the answer; null without one. */
      status: z.int().nullable(),
      ...attemptResult,
      /** The beginning of the answer's body. */
      response: z.string().nullable(),
    }),
  ),
  /** Null if no attempt will follow. */
  nextAttemptAt: time.nullable(),
  createdAt: time,
});

/** The body of an event, as an endpoint gets it. */
export const sample = z.looseObject({ event });

export const tested = z.strictObject({
  success: z.literal(true),
  event,
  deliveryId: z.string(),
});

export const redelivered = z.strictObject({
  success: z.literal(true),
  /** How many deliveries wait again. */
  redelivered: z.int(),
  /** Whether there are others: repeat the call for them. */
  more: z.boolean(),
});
