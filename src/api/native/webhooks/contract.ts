/** The requests of the webhook routes, and the wording of their refusals. */

import * as z from "zod";

import { EVENT_TYPES, SUBSCRIPTIONS } from "../../../webhooks/events.ts";
import { RETRY_POLICIES } from "../../../webhooks/schedule.ts";
import { isSecret } from "../../../webhooks/secrets.ts";
import { timeText } from "../../shared/plain-values.ts";

const URL_LENGTH_MAX = 2_048;
const SECRET_LENGTH_MAX = 200;
const PAGE_MAX = 100;

const url = z
  .string({ error: "url is required and must be a text" })
  .trim()
  .min(1, "url must not be empty")
  .max(URL_LENGTH_MAX, `url must be at most ${URL_LENGTH_MAX} characters`);

const events = z
  .array(
    z.enum(SUBSCRIPTIONS, { error: `events must each be one of ${SUBSCRIPTIONS.join(", ")}` }),
    { error: "events is required and must be a list" },
  )
  .min(1, "events must name at least one event, or *");

const secret = z
  .string({ error: "secret must be a text" })
  .min(1, "secret must not be empty")
  .max(SECRET_LENGTH_MAX, `secret must be at most ${SECRET_LENGTH_MAX} characters`)
  .refine(isSecret, "secret that begins with whsec_ must continue with 24 to 64 bytes in base64");

const retryPolicy = z.enum(RETRY_POLICIES, {
  error: `retryPolicy must be ${RETRY_POLICIES.join(" or ")}`,
});

const isActive = z.boolean({ error: "isActive must be true or false" });

export const newWebhook = z.object({
  url,
  events,
  secret: secret.optional(),
  retryPolicy: retryPolicy.optional(),
  isActive: isActive.optional(),
});

export const webhookChanges = z.object({
  url: url.optional(),
  events: events.optional(),
  retryPolicy: retryPolicy.optional(),
  isActive: isActive.optional(),
});

const event = z.enum(EVENT_TYPES, { error: `event must be one of ${EVENT_TYPES.join(", ")}` });

export const testRequest = z.object({ event: event.default("link.clicked") });

export const sampleQuery = z.object({ event: event.optional() });

export const deliveryQuery = z.object({
  status: z
    .enum(["pending", "delivered", "failed"], {
      error: "status must be pending, delivered or failed",
    })
    .optional(),
  cursor: z
    .string()
    .regex(/^[\w-]{1,150}$/, "cursor must come from the Link header of the page before")
    .optional(),
  limit: z.coerce
    .number({ error: `limit must be a number from 1 to ${PAGE_MAX}` })
    .int(`limit must be a number from 1 to ${PAGE_MAX}`)
    .min(1, `limit must be a number from 1 to ${PAGE_MAX}`)
    .max(PAGE_MAX, `limit must be a number from 1 to ${PAGE_MAX}`)
    .default(50),
});

export const redeliverRequest = z.object({
  since: timeText("since is required and must be an ISO 8601 date and time"),
});
