import fc from "fast-check";
import { describe, it } from "vitest";

import { keepIds } from "../../../src/links/rules/keep-ids.ts";
import type { NewRule, Rule, RuleConditions } from "../../../src/links/rules/rule.ts";
import { rule } from "./visitors.ts";

const UA: RuleConditions = { countries: ["UA", "PL"], devices: ["mobile"] };
const DE: RuleConditions = { countries: ["DE"], timeStart: "09:00", timeEnd: "18:00" };

const stored = (id: string, conditions: RuleConditions, name: string | null = null): Rule => ({
  ...rule(conditions),
  id,
  name,
});

/** The rule as a client sends it again, without its id. */
function sent({ id: _id, name, ...rest }: Rule, changes: Partial<NewRule> = {}): NewRule {
  return { ...rest, ...(name !== null && { name }), ...changes };
}

function ids(previous: readonly Rule[], next: readonly NewRule[]): string[] {
  let made = 0;
  return keepIds(previous, next, () => `new${++made}`).map(({ id }) => id);
}

describe("keepIds", () => {
  const a = stored("a", UA);
  const b = stored("b", DE, "Germany");

  it("gives every rule of a new link a new id", ({ expect }) => {
    expect(ids([], [sent(a), sent(b)])).toEqual(["new1", "new2"]);
  });

  it("keeps the ids of unchanged rules in any order", ({ expect }) => {
    expect(ids([a, b], [sent(a), sent(b)])).toEqual(["a", "b"]);
    expect(ids([a, b], [sent(b), sent(a)])).toEqual(["b", "a"]);
    expect(ids([a, b], [sent(b)])).toEqual(["b"]);
  });

  it("keeps the id of a rule that is renamed, or whose lists are reordered", ({ expect }) => {
    expect(ids([a, b], [sent(b, { name: "DACH" })])).toEqual(["b"]);
    expect(ids([a], [sent(a, { countries: ["PL", "UA"] })])).toEqual(["a"]);
  });

  const changes: readonly Partial<NewRule>[] = [
    { targetUrl: "https://example.com/other" },
    { countries: ["UA"] },
    { cities: ["Kyiv"] },
    { devices: ["tablet"] },
    { os: ["iOS"] },
    { browsers: ["Chrome"] },
    { timeStart: "09:00", timeEnd: "10:00" },
    { days: [1] },
    { timezone: "visitor" },
  ];
  for (const change of changes) {
    it(`gives a new id where ${JSON.stringify(change)} is another`, ({ expect }) => {
      expect(ids([a], [sent(a, change)])).toEqual(["new1"]);
    });
  }

  it("gives each of several equal rules an id of its own", ({ expect }) => {
    const twin = stored("twin", UA);
    expect(ids([a, twin], [sent(a), sent(a), sent(a)])).toEqual(["a", "twin", "new1"]);
  });

  it("prefers the rule of the same name among equal ones", ({ expect }) => {
    const named = stored("named", UA, "Phones");
    expect(ids([a, named], [sent(named), sent(a)])).toEqual(["named", "a"]);
    expect(ids([named, a], [sent(a, { name: null }), sent(named)])).toEqual(["a", "named"]);
  });

  it("keeps the name of a rule without a name field, and removes it for null", ({ expect }) => {
    const id = () => "new";
    const { name: _name, ...nameless } = sent(b);
    expect(keepIds([b], [nameless], id)).toEqual([b]);
    expect(keepIds([b], [{ ...nameless, name: null }], id)).toEqual([{ ...b, name: null }]);
    expect(keepIds([], [nameless], id)).toEqual([{ ...b, id: "new", name: null }]);
  });

  it("never uses an id twice, and leaves the rules themselves unchanged", ({ expect }) => {
    const content = fc.constantFrom(UA, DE, {});
    const name = fc.constantFrom(null, "A", "null");
    const before = fc
      .array(fc.tuple(content, name), { maxLength: 6 })
      .map((list) => list.map(([conditions, named], n) => stored(`old${n}`, conditions, named)));
    const after = fc
      .array(fc.tuple(content, fc.option(name, { nil: undefined })), { maxLength: 6 })
      .map((list) =>
        list.map(([conditions, named]): NewRule => {
          const { id: _id, name: _name, ...rest } = rule(conditions);
          return named === undefined ? rest : { ...rest, name: named };
        }),
      );
    fc.assert(
      fc.property(before, after, (previous, next) => {
        let made = 0;
        const kept = keepIds(previous, next, () => `new${++made}`);
        expect(new Set(kept.map(({ id }) => id)).size).toBe(next.length);
        expect(kept.map(({ id: _id, name: _name, ...rest }) => rest)).toEqual(
          next.map(({ name: _name, ...rest }) => rest),
        );
      }),
    );
  });
});
