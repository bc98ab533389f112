import fc from "fast-check";
import { describe, it } from "vitest";

import { addressIn } from "../../src/platform/written-address.ts";

describe("addressIn", () => {
  it.for([
    ["203.0.113.60", "203.0.113.60"],
    [" 203.0.113.60 ", "203.0.113.60"],
    ["203.0.113.60:51234", "203.0.113.60"],
    ["203.0.113.60, 10.0.0.1, 192.0.2.7", "203.0.113.60"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["2001:0DB8:0:0::1", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:203.0.113.60", "203.0.113.60"],
    ["::ffff:cb00:713c", "203.0.113.60"],
    ["[::FFFF:CB00:713C]:80", "203.0.113.60"],
    ["unknown", null],
    ["", null],
    ["-", null],
    ["256.0.0.1", null],
    ["1.2.3", null],
    ["1.2.3.4.", null],
    ["example.com", null],
    ["2001:db8::1::2", null],
    ["[203.0.113.60", null],
  ] as const)("in %o is %o", ([text, address], { expect }) => {
    expect(addressIn(text)).toBe(address);
  });

  it("returns what it has returned, and never throws", ({ expect }) => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ maxLength: 60 }),
      fc.stringMatching(/^[[\]0-9a-f:.,% ]{0,40}$/),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const address = addressIn(text);
        if (address !== null) expect(addressIn(address)).toBe(address);
      }),
    );
  });

  it("finds every address as it is usually written", ({ expect }) => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(addressIn(text)).not.toBeNull();
      }),
    );
  });
});
