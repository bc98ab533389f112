import { describe, it } from "vitest";

import { visitorHash } from "../../src/platform/keyed-hash.ts";

describe("visitorHash", () => {
  it("is the same for the same text, and differs by workspace, kind and secret", async ({
    expect,
  }) => {
    const [ours, again, others, secrets] = await Promise.all([
      visitorHash("secret", "1"),
      visitorHash("secret", "1"),
      visitorHash("secret", "2"),
      visitorHash("other", "1"),
    ]);
    const hash = ours("address", "203.0.113.1");
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(again("address", "203.0.113.1")).toBe(hash);
    expect(others("address", "203.0.113.1")).not.toBe(hash);
    expect(ours("agent", "203.0.113.1")).not.toBe(hash);
    expect(secrets("address", "203.0.113.1")).not.toBe(hash);
  });
});
