/** Samples of each event's payload: what a test sends, and what a form builder shows its user. */

import { MINUTE_MS } from "../platform/clock.ts";
import { type EventType, wireTime } from "./events.ts";

/** Gives the `data` of a sample as JSON text, in the shape of a real one. */
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
      return { link: LINK, click: clickAt(nowMs), variant: null };
    case "conversion.tracked":
      return {
        link: LINK,
        click: clickAt(nowMs - MINUTE_MS),
        variant: null,
        conversion: {
          id: 456,
          order_id: "ORDER-1",
          value: 99.99,
          currency: "USD",
          attributed: true,
          converted_at: wireTime(nowMs),
          goal: { id: NO_UUID, name: "Purchase" },
        },
      };
    case "subscription.updated":
      return { subscription: { plan: "pro", previous_plan: "free" } };
  }
}

const NO_UUID = "00000000-0000-4000-8000-000000000000";
const LINK = { id: 123, short_code: "abc123", title: "My Link" };

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

function clickAt(atMs: number) {
  return {
    id: 789,
    country_code: "CH",
    device_type: "mobile",
    browser_family: "Safari",
    os_family: "iOS",
    referrer_domain: "twitter.com",
    clicked_at: wireTime(atMs),
  };
}
