/** What the documents say of webhooks. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { deleted } from "../answers.ts";
import { delivery, redelivered, sample, tested, webhook, webhookWithSecret } from "./answers.ts";
import type { webhookOperations } from "./operations.ts";

const WEBHOOK = {
  id: "e5f6a7b8-c9d0-4e1f-8a2b-3c4d5e6f7081",
  url: "https://example.com/hooks/signpost",
  events: ["link.created", "link.clicked"],
  linkIds: [],
  tagIds: [],
  domains: [],
  campaigns: ["spring"],
  thresholds: [],
  isActive: true,
  retryPolicy: "default",
  disabledReason: null,
  failingSince: null,
  previousSecretUntil: null,
  createdAt: "2026-05-04T10:00:00.000Z",
  updatedAt: "2026-05-04T10:00:00.000Z",
};
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const params = { id: WEBHOOK.id };
const UNKNOWN = "There is no such webhook.";
const INACTIVE = "The webhook is switched off: `isActive` switches it on.";

export const webhookReference: ReferenceOf<typeof webhookOperations> = {
  listWebhooks: {
    summary: "List webhooks",
    answers: { 200: z.array(webhook) },
    example: { answer: [WEBHOOK] },
  },
  createWebhook: {
    summary: "Create a webhook",
    description:
      "Without `secret` one is made. The answer is the only place that shows it. With filters it gets the events of links that are in every list: `linkIds`, `tagIds`, `domains`, `campaigns`, and none of those that concern no link. Lists may also be texts with commas; `targetUrl` is read as `url`.",
    answers: { 201: webhookWithSecret },
    fails: { 409: "There is a webhook of this URL for these events and filters." },
    example: {
      body: { url: WEBHOOK.url, events: WEBHOOK.events, campaigns: WEBHOOK.campaigns },
      answer: { ...WEBHOOK, secret: SECRET },
    },
  },
  getWebhookSamples: {
    summary: "Show sample events",
    description: "A body of each event, or of one, as an endpoint gets it.",
    answers: { 200: z.array(sample) },
  },
  getWebhook: {
    summary: "Show a webhook",
    answers: { 200: webhook },
    fails: { 404: UNKNOWN },
    example: { params, answer: WEBHOOK },
  },
  updateWebhook: {
    summary: "Change a webhook",
    description: "Switching it on again forgets its failures.",
    answers: { 200: webhook },
    fails: { 404: UNKNOWN, 409: "There is a webhook of this URL for these events and filters." },
    example: { params, body: { isActive: false }, answer: { ...WEBHOOK, isActive: false } },
  },
  deleteWebhook: {
    summary: "Delete a webhook",
    description: "Deleting it again is no failure: what is answered is that there is none.",
    answers: { 200: deleted },
    fails: { 404: "The id is none that a webhook could have." },
    example: { params, answer: { success: true, id: WEBHOOK.id } },
  },
  rotateWebhookSecret: {
    summary: "Replace a webhook's secret",
    description: "For a while, deliveries are signed with the previous secret as well.",
    answers: { 200: webhookWithSecret },
    fails: { 404: UNKNOWN },
    example: {
      params,
      answer: {
        ...WEBHOOK,
        previousSecretUntil: "2026-05-05T10:00:00.000Z",
        secret: SECRET,
      },
    },
  },
  testWebhook: {
    summary: "Send a sample event",
    answers: { 200: tested },
    fails: { 404: UNKNOWN, 409: INACTIVE },
    example: {
      params,
      body: { event: "link.clicked" },
      answer: { success: true, event: "link.clicked", deliveryId: "dlv_0190" },
    },
  },
  listDeliveries: {
    summary: "List deliveries",
    description: "The last 30 days, newest first. The header `Link` names the next page.",
    answers: { 200: z.array(delivery) },
    answerHeaders: ["Link"],
    fails: { 404: UNKNOWN },
    example: {
      params,
      query: { status: "failed" },
      answer: [
        {
          id: "dlv_0190",
          eventId: "evt_0190",
          event: "link.clicked",
          status: "failed",
          responseStatus: 500,
          durationMs: 120,
          error: null,
          attempts: [
            {
              at: "2026-05-04T10:00:00.000Z",
              status: 500,
              durationMs: 120,
              error: null,
              response: "Internal Server Error",
            },
          ],
          nextAttemptAt: null,
          createdAt: "2026-05-04T10:00:00.000Z",
        },
      ],
    },
  },
  redeliverFailed: {
    summary: "Deliver again what failed",
    answers: { 200: redelivered },
    fails: { 404: UNKNOWN, 409: INACTIVE },
    example: {
      params,
      body: { since: "2026-05-04T00:00:00Z" },
      answer: { success: true, redelivered: 12, more: false },
    },
  },
  redeliver: {
    summary: "Deliver one event again",
    answers: { 200: deleted },
    fails: { 404: "There is no such webhook or delivery.", 409: INACTIVE },
    example: {
      params: { ...params, deliveryId: "dlv_0190" },
      answer: { success: true, id: "dlv_0190" },
    },
  },
};

export const webhookResources: readonly Resource[] = [
  {
    title: "Webhooks",
    description:
      'Events as signed POST requests. A delivery that fails is tried again after 1, 5 and 30 seconds, or for a day with `retryPolicy: "extended"`.',
    operations: [
      "listWebhooks",
      "createWebhook",
      "getWebhookSamples",
      "getWebhook",
      "updateWebhook",
      "deleteWebhook",
      "rotateWebhookSecret",
      "testWebhook",
      "listDeliveries",
      "redeliverFailed",
      "redeliver",
    ],
  },
];
