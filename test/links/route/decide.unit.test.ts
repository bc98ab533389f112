import { describe, it } from "vitest";

import type { LedgerId } from "../../../src/ledger/ledger-id.ts";
import { decide as decideFor, type Decision } from "../../../src/links/route/decide.ts";
import type { RouteRecord } from "../../../src/links/route/record.ts";

const NOW_MS = 1_800_000_000_000;

function route(changes: Partial<RouteRecord> = {}): RouteRecord {
  return {
    schema: 1,
    linkId: 1,
    version: 1,
    ledger: "1" as LedgerId,
    destination: "https://example.com/",
    ...changes,
  };
}

function decide(record: RouteRecord, nowMs: number): Decision {
  return decideFor(record, {
    nowMs,
    chooseRule: () => null,
    random01: 0.5,
    variantCookie: null,
  });
}

describe("decide", () => {
  it("redirects a plain link with 302", ({ expect }) => {
    expect(decide(route(), NOW_MS)).toEqual({
      kind: "redirect",
      destination: "https://example.com/",
      status: 302,
      rule: null,
      variant: null,
    });
  });

  it("starts a link at its first instant and ends it at the last one", ({ expect }) => {
    const window = route({ startsAtMs: NOW_MS, endsAtMs: NOW_MS + 10 });
    const kinds = [-1, 0, 9, 10].map((offset) => {
      const decision = decide(window, NOW_MS + offset);
      return decision.kind === "refuse" ? decision.reason : decision.kind;
    });
    expect(kinds).toEqual(["not_started", "redirect", "redirect", "ended"]);
  });

  it("refuses an inactive link before it checks its times", ({ expect }) => {
    const off = route({ gone: "inactive", startsAtMs: NOW_MS + 1, expiredUrl: "https://e.test/" });
    expect(decide(off, NOW_MS)).toEqual({ kind: "refuse", reason: "inactive" });
  });

  it("sends an ended link to its expiredUrl, but not one that has not started", ({ expect }) => {
    const expiredUrl = "https://example.com/over";
    expect(decide(route({ endsAtMs: NOW_MS, expiredUrl }), NOW_MS)).toEqual({
      kind: "fallback",
      destination: expiredUrl,
    });
    expect(decide(route({ startsAtMs: NOW_MS + 1, endsAtMs: NOW_MS, expiredUrl }), NOW_MS)).toEqual(
      {
        kind: "refuse",
        reason: "not_started",
      },
    );
  });
});
