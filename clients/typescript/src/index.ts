/** A typed client of Signpost's API, and the verification of its webhooks. */

export {
  type Answered,
  type AnswerOf,
  type Client,
  type ClientOptions,
  createClient,
  type RequestOf,
} from "./client.ts";
export { SignpostError } from "./error.ts";
export type * from "./operations.ts";
export { type SignedMessage, verifyWebhook, type WebhookEvent } from "./webhooks.ts";
