import fc from "fast-check";
import { describe, it } from "vitest";

import { addressGroup } from "../../src/platform/address-group.ts";

describe("addressGroup", () => {
  it.for([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0DB8:0001:0002::1", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::", "fe80:0:0:0"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
  ] as const)("of %s is %s", ([address, group], { expect }) => {
    expect(addressGroup(address)).toBe(group);
  });

  it("is the same for every address of a /64, in every notation", ({ expect }) => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const groups = fc.array(group, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, fc.array(group, { minLength: 4, maxLength: 4 }), (address, rest) => {
        const plain = address.map((part) => part.toString(16)).join(":");
        const padded = [...address.slice(0, 4), ...rest]
          .map((part) => part.toString(16).padStart(4, "0").toUpperCase())
          .join(":");
        expect(addressGroup(padded)).toBe(addressGroup(plain));
      }),
    );
  });
});
