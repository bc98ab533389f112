/** Samples of each event's payload, for test deliveries and for form builders. */

import { MINUTE_MS } from "../platform/clock.ts";
import { type EventType, wireTime } from "./events.ts";
import {
  toClickPayload,
  toConversionPayload,
  toLinkPayload,
  toRefundPayload,
  type ToldConversion,
  type ToldVisitor,
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
      return { link: LINK, click: toClickPayload(CLICK_ID, nowMs, VISITOR), variant: null };
    case "conversion.tracked":
      return {
        link: LINK,
        click: toClickPayload(CLICK_ID, nowMs - MINUTE_MS, VISITOR),
        variant: null,
        conversion: toConversionPayload({ ...CONVERSION, atMs: nowMs }),
      };
    case "conversion.refunded":
      return {
        link: LINK,
        conversion: toConversionPayload({ ...CONVERSION, atMs: nowMs - MINUTE_MS }),
        refund: toRefundPayload({ ...CONVERSION, atMs: nowMs }),
      };
    case "subscription.updated":
      return { subscription: { plan: "pro", previous_plan: "free" } };
  }
}

const NO_UUID = "00000000-0000-4000-8000-000000000000";
const LINK = toLinkPayload({ id: 123, code: "abc123", title: "My Link" });
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

function wholeLink(origin: string, nowMs: number) {
  return {
    ...LINK,
    short_url: `${origin}/${LINK.short_code}`,
    destination_url: "https://example.com/",
    description: null,
    tags: [],
    active: true,
    archived: false,
    scheduled_start_at: null,
    scheduled_end_at: null,
    expires_at: null,
    created_at: wireTime(nowMs),
    updated_at: wireTime(nowMs),
    uuid: NO_UUID,
  };
}
