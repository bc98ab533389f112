import fc from "fast-check";
import { describe, it } from "vitest";

import { networkOf } from "../../src/platform/network.ts";

describe("the network of an address", () => {
  it.for([
    ["203.0.113.77", 32, "203.0.113.77/32"],
    ["203.0.113.77", 24, "203.0.113.0/24"],
    ["203.0.113.77", 25, "203.0.113.0/25"],
    ["203.0.113.200", 25, "203.0.113.128/25"],
    ["203.0.113.77", 8, "203.0.0.0/8"],
    ["::ffff:203.0.113.77", 24, "203.0.113.0/24"],
    ["2001:DB8:0:1:a:b:c:d", 64, "2001:db8:0:1:0:0:0:0/64"],
    ["2001:db8::1", 64, "2001:db8:0:0:0:0:0:0/64"],
    ["2001:db8:ffff::", 33, "2001:db8:8000:0:0:0:0:0/33"],
    ["203.0.113.77", 48, null],
  ] as const)("%s with %i bits is %s", ([address, bits, network], { expect }) => {
    expect(networkOf(address, bits)).toBe(network);
  });

  it("is shared by exactly the addresses that begin with the same bits", ({ expect }) => {
    const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
    const binary = (address: number[]) =>
      address.map((octet) => octet.toString(2).padStart(8, "0")).join("");
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
        const isShared = networkOf(one.join("."), bits) === networkOf(other.join("."), bits);
        expect(isShared).toBe(binary(one).slice(0, bits) === binary(other).slice(0, bits));
      }),
    );
  });
});
