/** Tests how the clicks of a limited link are counted. */

import fc from "fast-check";
import { describe, it } from "vitest";

import {
  admitOne,
  inquiryFor,
  type LimitState,
  LOOK_INTERVAL_MS,
  SETTLING_MS,
  withTotal,
} from "../../src/gates/click-limit.ts";
import type { AdmitRequest } from "../../src/gates/contract.ts";
import { ledgerIdOf } from "../../src/ledger/ledger-id.ts";

const NOW_MS = Date.UTC(2026, 10, 21);
const ledger = ledgerIdOf({ uuid: "00000000-0000-4000-8000-000000000001", jurisdiction: null });

function asked(version: number, max: number, since = 1): AdmitRequest {
  return { linkId: 1, ledger, version, limit: { max, since } };
}

function counted(used: number, version = 1, max = 100): LimitState {
  return { version, limit: { max, since: 1 }, used, settlesAtMs: NOW_MS };
}

describe("inquiryFor", () => {
  it("requires the Ledger's total only when a limit is new", ({ expect }) => {
    expect(inquiryFor(null, asked(1, 5), 0, NOW_MS)).toBe("required");
    expect(inquiryFor(counted(3), asked(2, 5, 2), NOW_MS, NOW_MS)).toBe("required");
    expect(inquiryFor(counted(3), asked(2, 5), NOW_MS, NOW_MS)).toBe("none");
  });

  it("reads the total every few seconds while the count settles and the link has room", ({
    expect,
  }) => {
    const last = NOW_MS - LOOK_INTERVAL_MS;
    expect(inquiryFor(counted(3), asked(1, 5), last, NOW_MS)).toBe("useful");
    expect(inquiryFor(counted(3), asked(1, 5), last + 1, NOW_MS)).toBe("none");
    expect(inquiryFor(counted(100), asked(1, 100), last, NOW_MS)).toBe("none");
    const settled = { ...counted(3), settlesAtMs: null };
    expect(inquiryFor(settled, asked(1, 5), 0, NOW_MS)).toBe("none");
  });
});

describe("withTotal", () => {
  it("settles the count with the first read after the settling time", ({ expect }) => {
    const fresh = withTotal(null, asked(1, 5), 2, NOW_MS);
    expect(fresh).toMatchObject({ used: 2, settlesAtMs: NOW_MS + SETTLING_MS });
    const early = withTotal(fresh, asked(1, 5), 3, NOW_MS + SETTLING_MS - 1);
    expect(early).toMatchObject({ used: 3, settlesAtMs: NOW_MS + SETTLING_MS });
    const last = withTotal(fresh, asked(1, 5), 1, NOW_MS + SETTLING_MS);
    expect(last).toMatchObject({ used: 2, settlesAtMs: null });
  });
});

type Step =
  | { readonly kind: "click"; readonly record: number }
  | { readonly kind: "passed by" }
  | { readonly kind: "look"; readonly lag: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("click" as const), record: fc.nat(9) }),
  fc.record({ kind: fc.constant("passed by" as const) }),
  fc.record({ kind: fc.constant("look" as const), lag: fc.nat(5) }),
);

describe("the count of a limited link", () => {
  it("obeys the newest limit it has seen, and never exceeds the true number of clicks", () => {
    const maxima = fc.array(fc.nat(20), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(maxima, fc.array(step, { maxLength: 200 }), (limits, steps) => {
        let clicks = 3;
        let newest = 0;
        let state = withTotal(null, asked(0, limits[0] ?? 0), clicks, NOW_MS);
        return steps.every((one) => {
          if (one.kind === "passed by") clicks += 1;
          else if (one.kind === "look") {
            state = withTotal(state, asked(0, 0), Math.max(0, clicks - one.lag), NOW_MS);
          } else {
            newest = Math.max(newest, one.record);
            const before = state.used;
            const taken = admitOne(state, asked(one.record, limits[one.record] ?? 0));
            if (taken.admission.admitted !== before < (limits[newest] ?? 0)) return false;
            if (taken.admission.admitted) clicks += 1;
            state = taken.state;
          }
          return state.used <= clicks;
        });
      }),
    );
  });
});
