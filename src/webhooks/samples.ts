/** Samples of each event's payload, for test deliveries and for form builders. */

import { MINUTE_MS } from "../platform/clock.ts";
import { type EventType, wireTime } from "./events.ts";
import {
  toClickPayload,
  toConversionPayload,
  type LinkRow,
  toLinkPayload,
  toRefundPayload,
  type ToldConversion,
  type ToldVisitor,
  toThresholdPayload,
} from "./payloads.ts";

/** Returns the `data` of a sample as JSON text, in the shape of a real event's. */
export function sampleData(
  { PUBLIC_URL: publicUrl }: Pick<Cloudflare.Env, "PUBLIC_URL">,
  event: EventType,
  nowMs: number,
): string {
  return JSON.stringify(sampleOf(new URL(publicUrl).origin, event, nowMs));
}

function sampleOf(origin: string, event: EventType, nowMs: number) {
  switch (event) {
    case "link.created":
    case "link.updated":
    case "link.deleted":
      return { link: wholeLink(origin, nowMs) };
    case "link.clicked":
      return { link: toLinkPayload(linkAt(origin)), click: clickAt(nowMs), variant: null };
    case "link.threshold":
      return { link: toLinkPayload(linkAt(origin)), threshold: toThresholdPayload(1_000, nowMs) };
    case "conversion.tracked":
      return {
        link: toLinkPayload(linkAt(origin)),
        click: clickAt(nowMs - MINUTE_MS),
        variant: null,
        conversion: toConversionPayload({ ...CONVERSION, atMs: nowMs }),
      };
    case "conversion.refunded":
      return {
        link: toLinkPayload(linkAt(origin)),
        conversion: toConversionPayload({ ...CONVERSION, atMs: nowMs - MINUTE_MS }),
        refund: toRefundPayload({ ...CONVERSION, atMs: nowMs }),
      };
    case "subscription.updated":
      return { subscription: { plan: "pro", previous_plan: "free" } };
  }
}

const NO_UUID = "00000000-0000-4000-8000-000000000000";
const CODE = "abc123";
const DESTINATION = "https://example.com/";
const CLICK_ID = 789;
const VISITOR: ToldVisitor = {
  country: "CH",
  device: "mobile",
  browser: "Safari",
  os: "iOS",
  referrer: "twitter.com",
};
const CONVERSION: Omit<ToldConversion, "atMs"> = {
  id: 456,
  orderId: "ORDER-1",
  value: 99.99,
  currency: "USD",
  attributed: true,
  goal: { uuid: NO_UUID, name: "Purchase" },
};

function linkAt(origin: string): LinkRow {
  return {
    id: 123,
    code: CODE,
    title: "My Link",
    uuid: NO_UUID,
    short_url: `${origin}/${CODE}`,
    destination_url: DESTINATION,
  };
}

function clickAt(atMs: number) {
  return toClickPayload(CLICK_ID, atMs, VISITOR, DESTINATION);
}

function wholeLink(origin: string, nowMs: number) {
  const { uuid, ...link } = toLinkPayload(linkAt(origin));
  return {
    ...link,
    description: null,
    tags: [],
    active: true,
    archived: false,
    scheduled_start_at: null,
    scheduled_end_at: null,
    expires_at: null,
    created_at: wireTime(nowMs),
    updated_at: wireTime(nowMs),
    uuid,
  };
}
