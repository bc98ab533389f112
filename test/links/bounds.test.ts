/** Links at every bound of `links/bounds.ts`, made by the use cases and followed through the Worker. */

import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import { LINK_BYTES_MAX, RECORD_BYTES_MAX, TARGET_LENGTH_MAX } from "../../src/links/bounds.ts";
import { createLink, type LinkInput } from "../../src/links/create-link.ts";
import { DEFAULT_DOMAIN } from "../../src/links/route/address.ts";
import { LOCATION_LENGTH_MAX } from "../../src/links/route/merge-query.ts";
import { readRoute } from "../../src/links/route/store.ts";
import { type NewRule, RULES_MAX } from "../../src/links/rules/rule.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { UTM_NAMES_MAX, UTM_VALUE_LENGTH_MAX } from "../../src/links/utm.ts";
import { VARIANTS_MAX } from "../../src/links/variants/ab-test.ts";
import { addVariant } from "../../src/links/variants/change-variants.ts";
import { ORIGIN } from "../support/api.ts";
import { input, makeLink, newContext } from "../support/link-context.ts";
import { insertLink, insertVariant } from "../support/link-rows.ts";

const BASE = "https://example.com/";

function utmOf(names: number, value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: names }, (_, n) => [`utm_name_${n}`, value]));
}

function urlOf(length: number, fill = "d"): string {
  return BASE + fill.repeat(Math.max(0, length - BASE.length));
}

function rulesOf(count: number, length: number, conditions: Partial<NewRule> = {}): NewRule[] {
  return Array.from({ length: count }, (_, n) => ({
    targetUrl: urlOf(length),
    countries: n === count - 1 ? [] : ["UA"],
    ...conditions,
  }));
}

function variantsOf(count: number, length: number) {
  return Array.from({ length: count }, (_, n) => ({
    id: `v${n}`,
    name: `V${n}`,
    url: urlOf(length),
    weight: 1,
    active: true,
  }));
}

async function follow(code: string, query = ""): Promise<string> {
  const request = new Request(`${ORIGIN}/${code}${query}`, { redirect: "manual" });
  const response = await exports.default.fetch(request);
  if (response.status !== 302) throw new Error(`${response.status}: ${await response.text()}`);
  return response.headers.get("Location") ?? "";
}

async function recordBytes(code: string): Promise<number> {
  const route = await readRoute(env.DB, { domain: DEFAULT_DOMAIN, code });
  return new TextEncoder().encode(JSON.stringify(route?.record)).length;
}

async function storedBytes(id: number): Promise<number> {
  const bytes = await env.DB.prepare(
    `select octet_length(destination_url) + coalesce(octet_length(title), 0)
       + coalesce(octet_length(description), 0) + coalesce(octet_length(expired_url), 0)
       + coalesce(octet_length(limit_reached_url), 0) + coalesce(octet_length(social), 0) + coalesce(octet_length(utm_params), 0) + coalesce(octet_length(rules), 0)
       + coalesce(octet_length(qr_settings), 0) + (
         select coalesce(sum(octet_length(public_id) + octet_length(name) + octet_length(url)), 0)
         from variants where link_id = links.id
       ) from links where id = ?`,
  )
    .bind(id)
    .first<Record<string, number>>();
  return Number(Object.values(bytes ?? {})[0]);
}

/** Links of up to twice what a bound allows, in all of its parts. */
const sizes = fc.record({
  names: fc.constantFrom(0, 1, UTM_NAMES_MAX, UTM_NAMES_MAX + 1),
  value: fc
    .tuple(fc.constantFrom("v", "ж", "漢", "&"), fc.integer({ min: 1, max: UTM_VALUE_LENGTH_MAX }))
    .map(([letter, length]) => letter.repeat(length)),
  destination: fc.integer({ min: BASE.length, max: 8_000 }),
  rules: fc.constantFrom(0, 1, 10, 50, RULES_MAX, RULES_MAX + 1),
  variants: fc.constantFrom(0, 2, 50, VARIANTS_MAX, VARIANTS_MAX + 1),
  target: fc.integer({ min: BASE.length, max: 8_000 }),
  cities: fc.constantFrom(0, 10, 100),
  logo: fc.constantFrom(0, 100_000, 137_000),
  enabled: fc.boolean(),
});

function linkOf(size: typeof sizes extends fc.Arbitrary<infer T> ? T : never): LinkInput {
  const { names, value, target, cities } = size;
  const conditions =
    cities === 0
      ? {}
      : { countries: ["UA"], cities: Array.from({ length: cities }, (_, n) => `Місто ${n}`) };
  return input({
    destinationUrl: urlOf(size.destination),
    utm: utmOf(names, value),
    rules: rulesOf(size.rules, target, conditions),
    abTest: { enabled: size.enabled, variants: variantsOf(size.variants, target) },
    ...(size.logo > 0 && {
      qrSettings: {
        color: "#000000",
        bgColor: "#ffffff",
        useLogo: true,
        logo: `data:image/png;base64,${"A".repeat(size.logo)}`,
      },
    }),
  });
}

describe("a link of any size", () => {
  it("is refused by a field, or stays within every bound when it is stored and followed", async ({
    expect,
  }) => {
    const context = await newContext();
    let followed = 0;
    const visit = `?${"q=1&".repeat(99)}`;
    const social = {
      title: "漢".repeat(255),
      description: "漢".repeat(1_000),
      image: urlOf(2_048),
    };
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const made = await createLink(context, linkOf(size));
        if (!made.ok) {
          expect(made.error.reason).toBe("bound_exceeded");
          return;
        }
        const { code, id } = made.value;
        const fallbacks = { expiredUrl: urlOf(8_000), limitReachedUrl: urlOf(8_000) };
        const forwarding = { forwardQuery: true, forwardPath: true, ...fallbacks, social };
        expect((await updateLink(context, { id }, forwarding)).ok).toBe(true);
        expect(await recordBytes(code)).toBeLessThanOrEqual(RECORD_BYTES_MAX);
        expect(await storedBytes(id)).toBeLessThanOrEqual(LINK_BYTES_MAX);
        for (const rest of ["", `/${"p".repeat(150)}`]) {
          const location = await follow(`${code}${rest}`, visit);
          expect(location.length).toBeLessThanOrEqual(LOCATION_LENGTH_MAX);
        }
        followed += 1;
      }),
      { numRuns: 60 },
    );
    expect(followed).toBeGreaterThan(0);
  });
});

describe("a link at a bound", () => {
  const utmTo = (length: number) => ({
    ...utmOf(UTM_NAMES_MAX - 1, "v".repeat(UTM_VALUE_LENGTH_MAX)),
    utm_rest: "r".repeat(length),
  });
  /** The most that may be added to a destination, and one character more. */
  function roomFor(destination: string): number {
    const added = new URLSearchParams(utmTo(0)).toString();
    return TARGET_LENGTH_MAX - destination.length - 1 - added.length;
  }

  it("may have a destination of the longest that can be sent, and no longer", async ({
    expect,
  }) => {
    const context = await newContext();
    const destinationUrl = urlOf(2_000);
    const room = roomFor(destinationUrl);
    const link = await makeLink(context, { destinationUrl, utm: utmTo(room) });
    expect((await follow(link.code)).length).toBe(TARGET_LENGTH_MAX);
    const error = {
      reason: "bound_exceeded",
      field: "destinationUrl",
      bound: "location",
      max: TARGET_LENGTH_MAX,
    };
    const longer = { destinationUrl: `${destinationUrl}x` };
    expect(await updateLink(context, { id: link.id }, longer)).toEqual({ ok: false, error });
    const withRule = { rules: [{ targetUrl: `${destinationUrl}x`, countries: ["UA"] }] };
    expect(await updateLink(context, { id: link.id }, withRule)).toEqual({
      ok: false,
      error: { ...error, field: "rules[0].targetUrl" },
    });
    const variant = { name: "V", url: `${destinationUrl}x`, weight: 1, active: true };
    expect(await addVariant(context, { id: link.id }, variant)).toEqual({
      ok: false,
      error: { ...error, field: "url" },
    });
    expect((await updateLink(context, { id: link.id }, { title: "x" })).ok).toBe(true);
  });

  it("leaves room for a click token in its longest destination", async ({ expect }) => {
    const context = await newContext();
    await env.DB.prepare(
      `insert into conversion_goals (uuid, workspace_id, name, token, token_hash, value, currency,
         click_id_param, is_active, created_at_ms, updated_at_ms)
       values (?1, ?2, 'Goal', 'x', ?1, 0, 'USD', ?3, 1, 0, 0)`,
    )
      .bind(crypto.randomUUID(), context.access.workspace.id, "c".repeat(50))
      .run();
    const destinationUrl = urlOf(2_000);
    const utm = utmTo(roomFor(destinationUrl));
    const { code } = await makeLink(context, { destinationUrl, utm });
    const request = new Request(`${ORIGIN}/${code}`, {
      redirect: "manual",
      headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101" },
    });
    const location = (await exports.default.fetch(request)).headers.get("Location") ?? "";
    expect(location).toContain(`&${"c".repeat(50)}=`);
    expect(location.length).toBeLessThanOrEqual(LOCATION_LENGTH_MAX);
  });

  it.for([
    ["names", { utm: utmOf(UTM_NAMES_MAX + 1, "v") }, "utm", "items"],
    ["rules", { rules: rulesOf(RULES_MAX + 1, 30) }, "rules", "items"],
    [
      "variants",
      { abTest: { variants: variantsOf(VARIANTS_MAX + 1, 30) } },
      "abTest.variants",
      "items",
    ],
    [
      "rules by UTM parameters",
      { rules: rulesOf(RULES_MAX, 300), utm: utmOf(UTM_NAMES_MAX, "v".repeat(255)) },
      "rules",
      "record",
    ],
    [
      "variants by UTM parameters",
      {
        abTest: { variants: variantsOf(VARIANTS_MAX, 300) },
        utm: utmOf(UTM_NAMES_MAX, "v".repeat(255)),
      },
      "abTest.variants",
      "record",
    ],
    [
      "rules and variants",
      {
        rules: rulesOf(RULES_MAX, 1_800),
        abTest: { variants: variantsOf(VARIANTS_MAX, 1_500) },
      },
      "rules",
      "link",
    ],
  ] as const)("cannot have more %s", async ([, over, field, bound], { expect }) => {
    const context = await newContext();
    const made = await createLink(context, input(over));
    expect(made).toMatchObject({ ok: false, error: { field, bound } });
  });
});

describe("a link that was stored under wider bounds", () => {
  it("is read and followed, without parameters that would make the address too long", async ({
    expect,
  }) => {
    const context = await newContext();
    const utm_params = JSON.stringify(utmOf(200, "v".repeat(255)));
    const rules = JSON.stringify(
      Array.from({ length: 150 }, (_, n) => ({
        id: `r${n}`,
        name: null,
        targetUrl: urlOf(1_000),
        countries: ["UA"],
      })),
    );
    const link = await insertLink({ utm_params, rules }, context.access.workspace.id);
    for (let n = 0; n < 120; n += 1) {
      await insertVariant(link.id, { public_id: `v${n}`, url: urlOf(1_000), weight: 1 });
    }
    expect(await follow(link.code)).toBe("https://example.com/landing");
    const changed = await updateLink(context, { id: link.id }, { title: "Still mine" });
    expect(changed.ok).toBe(true);
    const smaller = { utm: null, rules: [], abTest: { variants: [] } };
    expect((await updateLink(context, { id: link.id }, smaller)).ok).toBe(true);
  });
});
