import fc from "fast-check";
import { describe, it } from "vitest";

import { isCurrency } from "../../src/conversions/currencies.ts";
import { decimalOf, minorUnits } from "../../src/conversions/money.ts";

describe("minorUnits", () => {
  it.for([
    [99.99, "USD", 9_999],
    ["99.99", "USD", 9_999],
    [" 99.9 ", "EUR", 9_990],
    [1_500, "JPY", 1_500],
    ["1500.4", "JPY", 1_500],
    ["1.2345", "KWD", 1_235],
    ["2500.75", "COP", 250_075],
    ["10.5", "HUF", 1_050],
    ["19.99", "RSD", 1_999],
    ["10.555", "IQD", 10_555],
    ["7.5", "XCG", 750],
    ["12.3456", "CLF", 123_456],
    [1.005, "USD", 101],
    [0.1 + 0.2, "USD", 30],
    [99.99 * 3, "USD", 29_997],
    ["33.335", "USD", 3_334],
    ["33.3349", "USD", 3_333],
    [".5", "USD", 50],
    ["5.", "USD", 500],
    ["+5", "USD", 500],
    [0, "USD", 0],
    ["-0.00", "USD", 0],
    [1e-7, "USD", 0],
    ["0000000000000000000012.5", "USD", 1_250],
  ] as const)("reads %j %s as %i", ([value, currency, minor], { expect }) => {
    expect(minorUnits(value, currency)).toEqual({ ok: true, value: minor });
  });

  it.for([
    ["", "not_a_number"],
    [".", "not_a_number"],
    ["abc", "not_a_number"],
    ["1,299.00", "not_a_number"],
    ["1e3", "not_a_number"],
    ["0x10", "not_a_number"],
    ["١٢", "not_a_number"],
    ["12 USD", "not_a_number"],
    [-1, "negative"],
    ["-0.01", "negative"],
    ["90071992547409.93", "too_large"],
    [1e21, "too_large"],
    ["9".repeat(400), "too_large"],
  ] as const)("refuses %j: %s", ([value, problem], { expect }) => {
    expect(minorUnits(value, "USD")).toEqual({ ok: false, error: problem });
  });

  it("parses back every amount that it writes", ({ expect }) => {
    const amount = fc.integer({ min: 0, max: 1_000_000_000_000 });
    fc.assert(
      fc.property(amount, fc.constantFrom("USD", "JPY", "KWD"), (minor, currency) => {
        expect(minorUnits(decimalOf(minor, currency), currency)).toEqual({
          ok: true,
          value: minor,
        });
      }),
    );
  });
});

describe("isCurrency", () => {
  it.for([
    ["USD", true],
    ["KWD", true],
    ["SLE", true],
    ["VED", true],
    ["XCG", true],
    ["ZWG", true],
    ["BGN", true],
    ["usd", false],
    ["ZZZ", false],
    ["DOLLAR", false],
    ["", false],
  ] as const)("%j: %s", ([code, known], { expect }) => {
    expect(isCurrency(code)).toBe(known);
  });
});
