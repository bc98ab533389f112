import { describe, it } from "vitest";

import { checkRuleQuota } from "../../src/access/quotas.ts";

describe("the rules of one link", () => {
  it("a link's rules are bounded by the plan", ({ expect }) => {
    expect(checkRuleQuota({ plan: "free" }, 3)).toEqual({ ok: true, value: null });
    expect(checkRuleQuota({ plan: "free" }, 4)).toEqual({
      ok: false,
      error: { reason: "quota_exceeded", quota: "rules", plan: "free", limit: 3, used: 4 },
    });
  });

  it("a link's rules are not bounded where the plan has no limit", ({ expect }) => {
    expect(checkRuleQuota({ plan: "enterprise" }, 10_000)).toEqual({ ok: true, value: null });
  });
});
