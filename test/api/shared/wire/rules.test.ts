import { describe, it } from "vitest";

import { wireConditions } from "../../../../src/api/shared/wire/rule-conditions.ts";
import { parseRules, parseRulesWithDefault } from "../../../../src/api/shared/wire/rules.ts";
import { BROWSERS, DEVICES, SYSTEMS } from "../../../../src/links/rules/rule.ts";

const FALLBACK = { targetUrl: "https://example.com", isDefault: true };
const TARGET = { targetUrl: "https://example.com/x", isDefault: false };

const read = (input: unknown) => parseRulesWithDefault(input);
/** Reads one rule, before a default that is right. */
const readRule = (fields: object) => read([{ ...TARGET, ...fields }, FALLBACK]);

describe("parseRulesWithDefault accepts", () => {
  it("the page's full example", ({ expect }) => {
    const rule = {
      targetUrl: "https://example.com/ua-mobile",
      isDefault: false,
      country: ["UA", "PL"],
      city: ["Kyiv", "Warsaw"],
      device: ["mobile"],
      os: ["iOS", "Android"],
      browser: ["Chrome", "Safari"],
      timeStart: "09:00",
      timeEnd: "21:00",
      daysOfWeek: [1, 2, 3, 4, 5],
    };
    expect(read([rule, FALLBACK])).toEqual({
      ok: true,
      value: {
        defaultTarget: "https://example.com",
        defaultIndex: 1,
        rules: [
          {
            targetUrl: "https://example.com/ua-mobile",
            countries: ["UA", "PL"],
            cities: ["Kyiv", "Warsaw"],
            devices: ["mobile"],
            os: ["iOS", "Android"],
            browsers: ["Chrome", "Safari"],
            timeStart: "09:00",
            timeEnd: "21:00",
            days: [1, 2, 3, 4, 5],
          },
        ],
      },
    });
  });

  it("the default alone, and anywhere in the list, the others in their order", ({ expect }) => {
    expect(read([FALLBACK])).toMatchObject({ ok: true, value: { rules: [] } });
    const targets = ["https://a.example", "https://b.example"];
    const [first, second] = targets.map((targetUrl) => ({ targetUrl, isDefault: false }));
    const result = read([first, FALLBACK, second]);
    expect(result).toMatchObject({ ok: true, value: { defaultIndex: 1 } });
    expect(result.ok && result.value.rules.map(({ targetUrl }) => targetUrl)).toEqual(targets);
  });

  const accepted: readonly [string, object, object][] = [
    ["a deep link", { targetUrl: "myapp://open" }, { targetUrl: "myapp://open" }],
    ["the page's deep link", { targetUrl: "youtube://" }, { targetUrl: "youtube://" }],
    ["every device", { device: DEVICES }, { devices: [...DEVICES] }],
    ["every operating system", { os: SYSTEMS }, { os: [...SYSTEMS] }],
    ["every browser", { browser: BROWSERS }, { browsers: [...BROWSERS] }],
    [
      "a window to midnight",
      { timeStart: "18:00", timeEnd: "00:00" },
      { timeStart: "18:00", timeEnd: "00:00" },
    ],
    ["the last minute", { timeStart: "00:00", timeEnd: "23:59" }, { timeEnd: "23:59" }],
    [
      "all days, in any order",
      { daysOfWeek: [6, 0, 5, 1, 4, 2, 3] },
      { days: [6, 0, 5, 1, 4, 2, 3] },
    ],
    ["a zone", { daysOfWeek: [1], timezone: "Europe/Kyiv" }, { timezone: "Europe/Kyiv" }],
    ["the visitor's zone", { daysOfWeek: [1], timezone: "visitor" }, { timezone: "visitor" }],
    ["a name", { name: " Ukraine mobile " }, { name: "Ukraine mobile" }],
    ["a name taken away", { name: null }, { name: null }],
    ["a blank name as none", { name: "  " }, { name: null }],
    ["a country twice, once", { country: ["UA", "PL", "UA"] }, { countries: ["UA", "PL"] }],
    ["cities trimmed", { country: ["UA"], city: [" Kyiv "] }, { cities: ["Kyiv"] }],
    ["any country, and Kosovo", { country: ["GB", "XK"] }, { countries: ["GB", "XK"] }],
  ];
  for (const [name, fields, expected] of accepted) {
    it(`accepts ${name}`, ({ expect }) => {
      expect(readRule(fields)).toMatchObject({ ok: true, value: { rules: [expected] } });
    });
  }

  it("null and empty lists as no condition, on the default as well", ({ expect }) => {
    const none = {
      country: [],
      city: null,
      device: [],
      os: null,
      browser: [],
      timeStart: null,
      timeEnd: null,
      daysOfWeek: [],
      timezone: null,
    };
    const { targetUrl } = TARGET;
    expect(
      read([
        { ...TARGET, ...none },
        { ...FALLBACK, ...none },
      ]),
    ).toEqual({
      ok: true,
      value: { defaultTarget: FALLBACK.targetUrl, defaultIndex: 1, rules: [{ targetUrl }] },
    });
  });

  it("ids and unknown fields, and keeps none of them", ({ expect }) => {
    const extra = { id: "mine", weight: 3 };
    const result = read([
      { ...TARGET, ...extra },
      { ...FALLBACK, id: 7 },
    ]);
    expect(result).toEqual({
      ok: true,
      value: {
        defaultTarget: FALLBACK.targetUrl,
        defaultIndex: 1,
        rules: [{ targetUrl: TARGET.targetUrl }],
      },
    });
  });

  it("a hundred rules, and refuses one more", ({ expect }) => {
    const rules = Array.from({ length: 99 }, () => TARGET);
    expect(read([...rules, FALLBACK]).ok).toBe(true);
    expect(read([...rules, TARGET, FALLBACK])).toEqual({
      ok: false,
      error: { field: "rules", sentence: "rules must have at most 100 items" },
    });
  });
});

describe("parseRulesWithDefault refuses the list", () => {
  const nonEmpty = "rules must be a non-empty array";
  const oneDefault = "Exactly one rule must have isDefault: true";
  const big = Array.from({ length: 100 }, (_, n) => String(n).padStart(100, "ж"));
  const bigRules = Array.from({ length: 20 }, () => ({ ...TARGET, country: ["UA"], city: big }));
  const cases: readonly [string, unknown, string, string][] = [
    ["undefined", undefined, "rules", nonEmpty],
    ["null", null, "rules", nonEmpty],
    ["an empty array", [], "rules", nonEmpty],
    ["an object", { 0: FALLBACK, length: 1 }, "rules", nonEmpty],
    ["a text", "rules", "rules", nonEmpty],
    ["no default", [TARGET, TARGET], "rules", oneDefault],
    ["two defaults", [FALLBACK, TARGET, FALLBACK], "rules[2].isDefault", oneDefault],
    ["a text in it", [FALLBACK, "x"], "rules[1]", "rules[1] must be an object"],
    ["null in it", [null], "rules[0]", "rules[0] must be an object"],
    ["an array in it", [[]], "rules[0]", "rules[0] must be an object"],
    ["too much in all", [FALLBACK, ...bigRules], "rules", "rules must not exceed 256 kB in all"],
  ];
  for (const [name, input, field, sentence] of cases) {
    it(`refuses ${name}`, ({ expect }) => {
      expect(read(input)).toEqual({ ok: false, error: { field, sentence } });
    });
  }
});

describe("parseRulesWithDefault refuses a rule and names the field", () => {
  const countries = 'must hold only ISO 3166-1 alpha-2 country codes in upper case, such as "UA"';
  const andUnion = ', and "EU" for the European Union';
  const cities = "must hold only city names of 1 to 100 characters";
  const days = "must hold only days from 0 (Sunday) to 6 (Saturday)";
  const time = 'must be a time from "00:00" to "23:59" in "HH:MM" format';
  const together = "is missing: timeStart and timeEnd must be provided together";
  const zone = 'must be an IANA time zone, such as "Europe/Kyiv", or "visitor"';
  const devices =
    'must hold only "desktop", "mobile", "tablet", "console", "smarttv", "wearable", "embedded"';
  const systems = 'must hold only "Windows", "macOS", "Linux", "iOS", "Android"';
  const browsers = 'must hold only "Chrome", "Firefox", "Safari", "Edge", "Opera", "Brave"';
  const name = "must be a string of at most 100 characters";
  const cases: readonly [field: string, fields: object, rest: string][] = [
    ["targetUrl", { targetUrl: undefined }, "is required"],
    ["targetUrl", { targetUrl: "" }, "is required"],
    ["targetUrl", { targetUrl: 7 }, "must be a string"],
    ["isDefault", { isDefault: undefined }, "must be true or false"],
    ["isDefault", { isDefault: "false" }, "must be true or false"],
    ["isDefault", { isDefault: 0 }, "must be true or false"],
    ["name", { name: 7 }, name],
    ["name", { name: "x".repeat(101) }, name],
    ["country", { country: "UA" }, "must be an array"],
    ["country", { country: { 0: "UA" } }, "must be an array"],
    ["country", { country: ["ua"] }, `${countries}: write "UA" for "ua"`],
    ["country", { country: ["UKR"] }, `${countries}: write "UA" for "UKR"`],
    ["country", { country: ["Ukraine"] }, countries],
    ["country", { country: [""] }, countries],
    ["country", { country: ["UA", null] }, countries],
    ["country", { country: [["UA"]] }, countries],
    ["country", { country: codes(251) }, "must have at most 250 items"],
    ["country", { country: ["UK"] }, `${countries}: write "GB" for "UK"`],
    ["country", { country: ["UA", "EN"] }, `${countries}: write "GB" for "EN"`],
    ["country", { country: ["ZZ"] }, countries],
    ["country", { country: ["AP"] }, countries],
    ["city", { city: ["Kyiv"] }, "requires country"],
    ["city", { country: [], city: ["Kyiv"] }, "requires country"],
    ["city", { country: ["UA"], city: "Kyiv" }, "must be an array"],
    ["city", { country: ["UA"], city: [""] }, cities],
    ["city", { country: ["UA"], city: ["  "] }, cities],
    ["city", { country: ["UA"], city: ["\u0301"] }, cities],
    ["city", { country: ["UA"], city: [7] }, cities],
    ["city", { country: ["UA"], city: ["x".repeat(101)] }, cities],
    ["city", { country: ["UA"], city: codes(101) }, "must have at most 100 items"],
    ["device", { device: "mobile" }, "must be an array"],
    ["device", { device: ["phone"] }, devices],
    ["device", { device: ["Mobile"] }, devices],
    ["device", { device: Array(8).fill("mobile") }, "must have at most 7 items"],
    ["os", { os: ["MacOS"] }, systems],
    ["os", { os: [null] }, systems],
    ["os", { os: true }, "must be an array"],
    ["browser", { browser: ["chrome"] }, browsers],
    ["browser", { browser: ["Internet Explorer"] }, browsers],
    ["browser", { browser: 1 }, "must be an array"],
    ["timeEnd", { timeStart: "09:00" }, together],
    ["timeStart", { timeEnd: "09:00" }, together],
    ["timeEnd", { timeStart: "09:00", timeEnd: "09:00" }, "must differ from timeStart"],
    ...["9:00", "24:00", "09:60", "0900", "09:00:00", " 09:00", "09:00\n", "", "noon", 900, []].map(
      (bad): [string, object, string] => ["timeStart", { timeStart: bad, timeEnd: "10:00" }, time],
    ),
    ["timeEnd", { timeStart: "09:00", timeEnd: "25:00" }, time],
    ["daysOfWeek", { daysOfWeek: 1 }, "must be an array"],
    ["daysOfWeek", { daysOfWeek: [7] }, days],
    ["daysOfWeek", { daysOfWeek: [-1] }, days],
    ["daysOfWeek", { daysOfWeek: [1.5] }, days],
    ["daysOfWeek", { daysOfWeek: ["1"] }, days],
    ["daysOfWeek", { daysOfWeek: [1, 2, 1] }, "must not name a day twice"],
    ["daysOfWeek", { daysOfWeek: [0, 1, 2, 3, 4, 5, 6, 0] }, "must have at most 7 items"],
    ["timezone", { timezone: "Europe/Atlantis" }, zone],
    ["timezone", { timezone: "+02:00" }, zone],
    ["timezone", { timezone: "Visitor" }, zone],
    ["timezone", { timezone: "" }, zone],
    ["timezone", { timezone: 2 }, zone],
  ];
  for (const [field, fields, rest] of cases) {
    it(`${field}: ${JSON.stringify(fields).slice(0, 80)}`, ({ expect }) => {
      const error = { field: `rules[1].${field}`, sentence: `rules[1].${field} ${rest}` };
      expect(read([TARGET, { ...TARGET, ...fields }, FALLBACK])).toEqual({ ok: false, error });
      const withoutDefault = parseRules([TARGET, { ...TARGET, ...fields }]);
      // Without a default there is nothing that a rule must say it is not.
      const isSaid = "isDefault" in fields && fields.isDefault === undefined;
      const sentence = error.sentence.replace(countries, `${countries}${andUnion}`);
      expect(withoutDefault).toEqual(
        isSaid
          ? expect.objectContaining({ ok: true })
          : { ok: false, error: { ...error, sentence } },
      );
    });
  }

  it("knows the European Union as a group only without a default", ({ expect }) => {
    const union = { ...TARGET, country: ["EU"] };
    expect(parseRules([union])).toMatchObject({ ok: true, value: [{ countries: ["EU"] }] });
    expect(read([union, FALLBACK])).toMatchObject({ ok: false });
  });

  const conditions = {
    country: ["UA"],
    city: ["Kyiv"],
    device: ["mobile"],
    os: ["iOS"],
    browser: ["Safari"],
    timeStart: "09:00",
    timeEnd: "10:00",
    daysOfWeek: [1],
  };
  for (const [field, value] of Object.entries(conditions)) {
    it(`${field} on the default rule`, ({ expect }) => {
      const sentence = `rules[0].${field} is not allowed: the default rule has no conditions`;
      expect(read([{ ...FALLBACK, [field]: value }])).toEqual({
        ok: false,
        error: { field: `rules[0].${field}`, sentence },
      });
    });
  }
});

describe("parseRules", () => {
  it("reads a list without a default, which may be empty", ({ expect }) => {
    expect(parseRules([])).toEqual({ ok: true, value: [] });
    const { targetUrl } = TARGET;
    expect(
      parseRules([{ targetUrl, os: ["iOS"] }, TARGET, { targetUrl, isDefault: null }]),
    ).toEqual({
      ok: true,
      value: [{ targetUrl, os: ["iOS"] }, { targetUrl }, { targetUrl }],
    });
  });

  it("does not correct or check addresses: the engine does", ({ expect }) => {
    const targetUrl = " javascript:alert(1) ";
    expect(parseRules([{ targetUrl }])).toEqual({ ok: true, value: [{ targetUrl }] });
  });

  const cases: readonly [string, unknown, string, string][] = [
    ["null", null, "rules", "rules must be an array"],
    ["an object", {}, "rules", "rules must be an array"],
    [
      "101 rules",
      Array.from({ length: 101 }, () => TARGET),
      "rules",
      "rules must have at most 100 items",
    ],
    ["null in it", [TARGET, null], "rules[1]", "rules[1] must be an object"],
    [
      "a default",
      [{ ...TARGET, isDefault: true }],
      "rules[0].isDefault",
      "rules[0].isDefault must be left out: the link's own destination is the default",
    ],
  ];
  for (const [name, input, field, sentence] of cases) {
    it(`refuses ${name}`, ({ expect }) => {
      expect(parseRules(input)).toEqual({ ok: false, error: { field, sentence } });
    });
  }
});

describe("wireConditions", () => {
  const sent = {
    country: ["UA", "EU"],
    city: ["Kyiv"],
    continent: ["EU", "AS"],
    language: ["uk", "pt-BR"],
    referrer: ["facebook.com"],
    queryParam: ["utm_source=mail", "beta"],
    app: ["Instagram"],
    device: ["mobile"],
    os: ["iOS"],
    browser: ["Safari"],
    timeStart: "09:00",
    timeEnd: "10:00",
    daysOfWeek: [1],
    timezone: "visitor",
  };

  it("are left out of rules whose API documents fewer, as unknown fields are", ({ expect }) => {
    const { continent, language, referrer, queryParam, app } = sent;
    const extra = { continent, language, referrer, queryParam, app };
    const parsed = parseRulesWithDefault([
      { ...TARGET, ...extra, isDefault: false },
      { ...FALLBACK, ...extra },
    ]);
    expect(parsed).toMatchObject({ ok: true, value: { rules: [{ targetUrl: TARGET.targetUrl }] } });
    expect(parsed.ok && Object.keys(parsed.value.rules[0] ?? {})).toEqual(["targetUrl"]);
  });

  it.for([
    [{ continent: ["EUR"] }, "continent must hold only continents"],
    [{ continent: ["__proto__"] }, "continent must hold only continents"],
    [{ language: ["english please"] }, "language must hold only language tags"],
    [{ language: ["*"] }, "language must hold only language tags"],
    [{ referrer: ["https://www.facebook.com/groups"] }, 'write "facebook.com" for "https://www.'],
    [{ referrer: ["Facebook.com"] }, 'write "facebook.com" for "Facebook.com"'],
    [{ referrer: ["localhost"] }, "referrer must hold only host names"],
    [{ queryParam: ["?a=1"] }, "queryParam must hold only parameters"],
    [{ queryParam: ["=1"] }, "queryParam must hold only parameters"],
    [{ app: ["instagram"] }, 'app must hold only "Instagram", "Threads"'],
  ] as const)("refuses %o", ([fields, words], { expect }) => {
    const parsed = parseRules([{ ...TARGET, ...fields }]);
    expect(parsed.ok ? "accepted" : parsed.error.sentence).toContain(words);
  });

  it("refuses a parameter that no query can contain", ({ expect }) => {
    expect(parseRules([{ ...TARGET, queryParam: ["a\ud800"] }]).ok).toBe(false);
  });

  it("shows every condition in the words in which it was read", ({ expect }) => {
    const rules = parseRules([{ ...TARGET, ...sent }]);
    expect(rules.ok && rules.value.map(wireConditions)).toEqual([sent]);
  });

  it("shows conditions that a rule does not have as empty lists and nulls", ({ expect }) => {
    expect(wireConditions({})).toEqual({
      country: [],
      city: [],
      continent: [],
      language: [],
      referrer: [],
      queryParam: [],
      app: [],
      device: [],
      os: [],
      browser: [],
      timeStart: null,
      timeEnd: null,
      daysOfWeek: [],
      timezone: null,
    });
  });
});

/** Made-up codes in the form of a country's. */
function codes(count: number): string[] {
  return Array.from({ length: count }, (_, n) =>
    String.fromCharCode(65 + Math.floor(n / 26), 65 + (n % 26)),
  );
}
