/** The requests of the webhook routes, and the wording of their refusals. */

import * as z from "zod";

import { readFlag } from "../../../links/csv/cells.ts";
import { UTM_VALUE_LENGTH_MAX } from "../../../links/utm.ts";
import { isObject } from "../../../platform/is-object.ts";
import { EVENT_TYPES, SUBSCRIPTIONS } from "../../../webhooks/events.ts";
import { FILTER_ENTRIES_MAX, type Filters } from "../../../webhooks/filters.ts";
import { RETRY_POLICIES } from "../../../webhooks/schedule.ts";
import { isSecret } from "../../../webhooks/secrets.ts";
import { THRESHOLD_MAX, THRESHOLDS_MAX } from "../../../webhooks/thresholds.ts";
import { only, timeText } from "../../shared/plain-values.ts";

const URL_LENGTH_MAX = 2_048;
const SECRET_LENGTH_MAX = 200;
const PAGE_MAX = 100;

const url = z
  .string({ error: "url is required and must be a text" })
  .trim()
  .min(1, "url must not be empty")
  .max(URL_LENGTH_MAX, `url must be at most ${URL_LENGTH_MAX} characters`);

const events = z.preprocess(
  separated,
  z
    .array(
      z.enum(SUBSCRIPTIONS, { error: `events must each be one of ${SUBSCRIPTIONS.join(", ")}` }),
      { error: "events is required and must be a list" },
    )
    .min(1, "events must name at least one event, or *"),
);

/** Reads a list that forms send as one text, with commas. */
function separated(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function filter<S extends z.ZodType<string>>(field: keyof Filters, entry: S) {
  const list = z
    .array(entry, { error: `${field} must be a list, or null` })
    .max(FILTER_ENTRIES_MAX, `${field} must have at most ${FILTER_ENTRIES_MAX} entries`);
  return z.preprocess((value) => (value === null ? [] : separated(value)), list).optional();
}

const filters = {
  /** Only events of these links: their ids. */
  linkIds: filter("linkIds", z.guid("linkIds must each be the id of a link").toLowerCase()),
  /** Only events of links that have one of these tags: their ids. */
  tagIds: filter("tagIds", z.guid("tagIds must each be the id of a tag").toLowerCase()),
  /** Only events of links on these hosts. */
  domains: filter(
    "domains",
    z.string("domains must each be a host name").trim().min(1, "domains must not be empty texts"),
  ),
  /** Only events of links with one of these values of `utm_campaign`. */
  campaigns: filter(
    "campaigns",
    z
      .string("campaigns must each be a text")
      .trim()
      .min(1, "campaigns must not be empty texts")
      .max(
        UTM_VALUE_LENGTH_MAX,
        `campaigns must each have at most ${UTM_VALUE_LENGTH_MAX} characters`,
      ),
  ),
};

const THRESHOLDS_SENTENCE = `thresholds must be a list of whole numbers from 1 to ${THRESHOLD_MAX}, or null`;

/** The numbers of clicks at which a link has its `link.threshold`; powers of ten without any. */
const thresholds = z
  .preprocess(
    (value) => {
      const list = value === null ? [] : separated(value);
      return typeof value === "string" && Array.isArray(list) ? list.map(Number) : list;
    },
    z
      .array(
        z
          .int(THRESHOLDS_SENTENCE)
          .min(1, THRESHOLDS_SENTENCE)
          .max(THRESHOLD_MAX, THRESHOLDS_SENTENCE),
        THRESHOLDS_SENTENCE,
      )
      .max(THRESHOLDS_MAX, `thresholds must have at most ${THRESHOLDS_MAX} entries`),
  )
  .optional();

const secret = z
  .string({ error: "secret must be a text" })
  .min(1, "secret must not be empty")
  .max(SECRET_LENGTH_MAX, `secret must be at most ${SECRET_LENGTH_MAX} characters`)
  .refine(isSecret, "secret that begins with whsec_ must continue with 24 to 64 bytes in base64");

const retryPolicy = z.enum(RETRY_POLICIES, {
  error: `retryPolicy must be ${RETRY_POLICIES.join(" or ")}`,
});

const isActive = z.boolean({ error: "isActive must be true or false" });

const named = only({
  url,
  events,
  ...filters,
  thresholds,
  secret: secret.optional(),
  retryPolicy: retryPolicy.optional(),
  isActive: isActive.optional(),
});

export const newWebhook = z.preprocess(withUrl, named);

/** The same as a form sends it: texts only, where an empty one means that none was entered. */
export const newWebhookForm = z.preprocess((form) => {
  if (!isObject(form)) return form;
  const given = Object.entries(form).filter(([, value]) => value !== "");
  return withUrl(
    Object.fromEntries(
      given.map(([name, value]) => [name, name === "isActive" ? toFlag(value) : value]),
    ),
  );
}, named);

/** Reads `targetUrl`, which other services' REST hooks call it, as `url`. */
function withUrl(body: unknown): unknown {
  if (!isObject(body) || body["url"] !== undefined) return body;
  const { targetUrl, ...others } = body;
  return targetUrl === undefined ? body : { ...others, url: targetUrl };
}

function toFlag(value: unknown): unknown {
  return typeof value === "string" ? (readFlag(value) ?? value) : value;
}

export const webhookChanges = only({
  url: url.optional(),
  events: events.optional(),
  ...filters,
  thresholds,
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
