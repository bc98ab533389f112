import { describe, it } from "vitest";

import { SCOPES } from "../../src/access/access.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import {
  type AcceptContext,
  acceptLink,
  toTagNames,
  type WantedLink,
} from "../../src/links/accept-link.ts";
import { err, ok } from "../../src/platform/result.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

const CONTEXT: AcceptContext = {
  nowMs: NOW,
  access: {
    userId: "u",
    role: "owner",
    scopes: new Set(SCOPES),
    via: "token",
    workspaceOnly: false,
    workspace: { id: 1, uuid: "w", name: "W", plan: "free", ledger: "1" as LedgerId },
  },
  policy: { pastExpiry: false, isOwnHost: (name) => name === "sign.test" },
  lookUps: {
    collection: (ref) =>
      ref === undefined || ref === null ? ok(ref) : err({ reason: "collection_not_found" }),
    domain: (hostname) => err({ reason: "domain_unavailable", hostname }),
    isVerifiedHost: () => false,
  },
};

const WANTED: WantedLink = { destinationUrl: "https://example.com/x" };

function faultsOf(over: WantedLink): readonly unknown[] {
  const accepted = acceptLink({ ...WANTED, ...over }, null, CONTEXT);
  return accepted.ok ? [] : accepted.error;
}

describe("acceptLink", () => {
  it("lists all faults of a link, one per field, in a fixed order", ({ expect }) => {
    const variant = { id: "a", name: "A", url: "https://example.com/a", weight: 1, active: true };
    expect(
      faultsOf({
        destinationUrl: "ftp://example.com",
        domain: "go.example",
        expiresAtMs: NOW,
        startsAtMs: NOW + 2,
        endsAtMs: NOW + 1,
        expiredUrl: "https://u:p@example.com",
        limitReachedUrl: "https://SIGN.test./loop",
        rules: [
          { targetUrl: "https://example.com/ua", countries: ["UA"] },
          { targetUrl: "https://sign.test/loop", countries: ["DE"] },
        ],
        abTest: { enabled: true, variants: [variant] },
        collection: 404,
      }),
    ).toEqual([
      { reason: "domain_unavailable", hostname: "go.example" },
      { reason: "expiry_past" },
      { reason: "schedule_inverted" },
      {
        reason: "destination_refused",
        field: "destinationUrl",
        problem: "scheme_refused",
        scheme: "ftp",
      },
      { reason: "destination_refused", field: "expiredUrl", problem: "credentials" },
      { reason: "destination_refused", field: "limitReachedUrl", problem: "own_host" },
      { reason: "destination_refused", field: "rules[1].targetUrl", problem: "own_host" },
      { reason: "quota_exceeded", quota: "variants", plan: "free", limit: 0, used: 1 },
      { reason: "collection_not_found" },
    ]);
  });

  it("omits absent fields, and returns null for emptied ones", ({ expect }) => {
    const accepted = acceptLink({ ...WANTED, rules: [], utm: {}, qrSettings: null }, null, CONTEXT);
    expect(accepted).toEqual(
      ok({
        place: { domain: "", parkedDomain: null, code: null },
        moves: false,
        columns: {
          destinationUrl: "https://example.com/x",
          rules: null,
          utmParams: null,
          qrSettings: null,
        },
        tags: null,
        variants: null,
      }),
    );
  });

  it("trims a URL, and otherwise stores it as it was sent", ({ expect }) => {
    const destinationUrl = "  https://EXAMPLE.com/ä ";
    expect(acceptLink({ destinationUrl }, null, CONTEXT)).toMatchObject({
      value: { columns: { destinationUrl: "https://EXAMPLE.com/ä" } },
    });
  });
});

describe("toTagNames", () => {
  it("trims names, and drops duplicates and empty ones", ({ expect }) => {
    expect(toTagNames([" a ", "b", "a", "  "])).toEqual(["a", "b"]);
  });
});
