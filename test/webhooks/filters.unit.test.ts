import fc from "fast-check";
import { describe, it } from "vitest";

import { addressees, type Filters, normalFilters, passes } from "../../src/webhooks/filters.ts";

const text = fc.oneof(fc.constantFrom("", "a", "b", "ä", "__proto__"), fc.string());
const list = fc.array(text, { maxLength: 4 });
const filters = fc.record(
  { linkIds: list, tagIds: list, domains: list, campaigns: list },
  { requiredKeys: [] },
);
const facts = fc.record({
  uuid: text,
  domain: text,
  destination: fc.oneof(text, fc.webUrl({ withQueryParameters: true })),
  utm: fc.option(fc.dictionary(fc.constantFrom("utm_campaign", "utm_source"), text)),
  tagIds: list,
});

const LINK = {
  uuid: "l",
  domain: "",
  destination: "https://example.com/?utm_campaign=sale",
  utm: null,
  tagIds: ["t", "u"],
};

describe("filters", () => {
  it("have one form: sorted, without repeats and empty lists, and passed by the same", ({
    expect,
  }) => {
    const shuffled = fc.tuple(filters, facts);
    fc.assert(
      fc.property(shuffled, ([given, link]) => {
        const normal = normalFilters(given);
        const turned = Object.fromEntries(
          Object.entries(given)
            .toReversed()
            .map(([name, entries]) => [name, [...entries, ...entries].toReversed()]),
        );
        expect(JSON.stringify(normalFilters(turned))).toBe(JSON.stringify(normal));
        expect(normalFilters(normal)).toEqual(normal);
        expect(Object.values(normal).every((entries) => entries.length > 0)).toBe(true);
        expect(passes(normal, link)).toBe(
          passes(normalFilters(JSON.parse(JSON.stringify(normal)) as Filters), link),
        );
      }),
    );
  });

  it("pass only what every list has, so a further list never lets more through", ({ expect }) => {
    fc.assert(
      fc.property(filters, filters, facts, (one, other, link) => {
        const [a, b] = [normalFilters(one), normalFilters(other)];
        if (passes({ ...a, ...b }, link)) expect(passes(b, link)).toBe(true);
        expect(passes(a, null)).toBe(Object.keys(a).length === 0);
      }),
    );
  });

  it.for([
    [{}, true],
    [{ linkIds: ["l", "x"] }, true],
    [{ linkIds: ["x"] }, false],
    [{ tagIds: ["x", "u"] }, true],
    [{ tagIds: ["x"] }, false],
    [{ domains: [""] }, true],
    [{ domains: ["go.example.com"] }, false],
    [{ campaigns: ["sale"] }, true],
    [{ campaigns: ["Sale"] }, false],
    [{ linkIds: ["l"], tagIds: ["x"] }, false],
    [{ linkIds: ["l"], tagIds: ["t"], domains: [""], campaigns: ["sale"] }, true],
  ] as const)("%j: %j", ([given, isPassed], { expect }) => {
    expect(passes(given, LINK)).toBe(isPassed);
    expect(addressees(["e", "f"], { e: given }, LINK)).toEqual(isPassed ? ["e", "f"] : ["f"]);
  });

  it("read a link's own campaign before that of its destination", ({ expect }) => {
    const link = { ...LINK, utm: { utm_campaign: "spring" } };
    expect(passes({ campaigns: ["spring"] }, link)).toBe(true);
    expect(passes({ campaigns: ["sale"] }, link)).toBe(false);
  });
});
