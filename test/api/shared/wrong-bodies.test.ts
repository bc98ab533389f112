/** No route of any dialect passes on what the library of the schemas says about a wrong body. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import * as z from "zod";

import { native } from "../../../src/api/native/app.ts";
import { operations as nativeOperations } from "../../../src/api/native/operations.ts";
import { pvtlnk } from "../../../src/api/pvtlnk/app.ts";
import { conversions } from "../../../src/api/pvtlnk/conversions/app.ts";
import { conversionOperations } from "../../../src/api/pvtlnk/conversions/operations.ts";
import { operations as pvtlnkOperations } from "../../../src/api/pvtlnk/operations.ts";
import { revolink } from "../../../src/api/revolink/app.ts";
import { operations as revolinkOperations } from "../../../src/api/revolink/operations.ts";
import { newAccount } from "../../support/account.ts";
import { callApi, jsonOf, ORIGIN } from "../../support/api.ts";
import { assertDocumented } from "../../support/documented.ts";
import { newNativeClient } from "../../support/native.ts";
import { OPERATOR } from "../../support/operator.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";
import { routesOf } from "../../support/routes.ts";

const LIBRARY =
  /invalid input|invalid option|\bexpected\b|\breceived\b|too big|too small|unrecognized key|\bregex\b|\bzod\b/i;

/** Fields of all bodies and more, each of which gets each wrong value. */
const FIELDS = `name email password rememberMe scopes expiresAt workspaceOnly jurisdiction role
  clickRetentionDays attributionWindowDays hostname destinationUrl shortCode title description tags
  collectionId domain isActive isArchived startsAt endsAt expiredUrl redirectStatus forwardQuery forwardPath
  social crawlable image externalId
  utmParams rules abTest clicksLimit limitReachedUrl qrSettings csv links id url weight active value currency
  clickIdParam maxValue serverOnly clickTokensOnly events secret retryPolicy event since plan
  country city device os browser userAgent at timezone language referrer query variantCookie
  destination_url short_code scheduled_start_at scheduled_end_at expires expires_at utm_params
  collection_id archived link variant order_id click_id ip ua slug tagIds workspaceId linkId`.split(
  /\s+/,
);

/** Routes that take no body, and would end what the others are called with. */
const ENDING = /sign-out|tokens\/revoke|^DELETE \/api\/(workspaces|links|tokens)/;

const WRONG_BODIES: readonly unknown[] = [[], [1], "a text", 5, true, null];
const WRONG_VALUES: readonly unknown[] = [5.5, "x".repeat(3_000), [5], {}];

interface Caller {
  /** Those of its table, as `METHOD /path`. */
  readonly routes: readonly { readonly route: string }[];
  send(method: string, path: string, body: unknown): Promise<Response>;
}

async function callers(): Promise<readonly Caller[]> {
  const account = await newAccount();
  const token = await account.token();
  const ctx = {
    waitUntil() {},
    passThroughOnException() {},
    props: {},
  } as unknown as ExecutionContext;
  const callerOf = (
    app:
      | ReturnType<typeof native>
      | ReturnType<typeof pvtlnk>
      | ReturnType<typeof revolink>
      | ReturnType<typeof conversions>,
    routes: Caller["routes"],
    headersFor: (path: string) => Record<string, string>,
  ): Caller => ({
    routes,
    send: async (method, path, body) => {
      const request = new Request(new URL(path, ORIGIN), jsonOf(method, body, headersFor(path)));
      const response = await app.fetch(request, env, ctx);
      await assertDocumented(method, request.url, response);
      return response;
    },
  });
  return [
    callerOf(native(), routesOf("native", nativeOperations), (path) =>
      path.startsWith("/api/admin/") ? OPERATOR : { ...account.bySession },
    ),
    callerOf(pvtlnk(), routesOf("pvtlnk", pvtlnkOperations), () => ({
      Authorization: `Bearer ${token}`,
    })),
    callerOf(revolink(), routesOf("revolink", revolinkOperations), () => ({ "X-Api-Key": token })),
    callerOf(conversions(), routesOf("conversions", conversionOperations), () => ({})),
  ];
}

/** Answers of every route that takes a body, to each of these bodies. */
async function answersTo(bodies: readonly unknown[]) {
  const { id } = await (await newNativeClient()).link();
  const numbered = await (await newPvtlnkClient()).link();
  const answers: { readonly what: string; readonly status: number; readonly text: string }[] = [];
  for (const { routes, send } of await callers()) {
    const withBody = routes.filter(
      ({ route }) => /^(?:POST|PATCH|PUT|DELETE) /.test(route) && !ENDING.test(route),
    );
    for (const { route: key } of withBody) {
      const [method = "", route = ""] = key.split(" ");
      const path = route.replace(/:(\w+)/g, (_, name: string) =>
        route.startsWith("/api/v1") ? String(numbered.id) : name === "workspaceId" ? "1" : id,
      );
      for (const body of bodies) {
        const response = await send(method, path, body);
        answers.push({
          what: `${key} ${JSON.stringify(body).slice(0, 80)}`,
          status: response.status,
          text: await response.text(),
        });
      }
    }
  }
  return answers;
}

describe("a body that is no object", () => {
  it("is answered in our words by every route that takes one", async ({ expect }) => {
    const answers = await answersTo(WRONG_BODIES);
    expect(answers.length).toBeGreaterThan(150);
    expect(answers.filter(({ text }) => LIBRARY.test(text))).toEqual([]);
    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
    const invalid = answers.filter(({ status }) => status === 400 || status === 422);
    expect(invalid.length).toBeGreaterThan(100);
    const named = new RegExp(
      `request body|JSON object|the body|\\b(${FIELDS.join("|")})\\b|can't be blank|format`,
      "i",
    );
    expect(invalid.filter(({ text }) => !named.test(text))).toEqual([]);
  });
});

describe("a field with a wrong value", () => {
  it.for(WRONG_VALUES)("is named in our words: %j", async (value, { expect }) => {
    const flat = Object.fromEntries(FIELDS.map((field) => [field, value]));
    const nested = { link: flat, variant: flat, password: value };
    const answers = await answersTo([flat, nested]);
    expect(answers.filter(({ text }) => LIBRARY.test(text))).toEqual([]);
    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
  });
});

describe("words for what a schema has no sentence for", () => {
  it.for<[z.ZodType, unknown, string]>([
    [z.object({ a: z.string() }), [], "The request body must be a JSON object"],
    [z.object({ a: z.string() }), {}, "a is required and must be a text"],
    [z.object({ a: z.int() }), { a: 5.5 }, "a must be a whole number"],
    [z.object({ a: z.string().max(2) }), { a: "abc" }, "a must have at most 2 characters"],
    [z.object({ a: z.array(z.unknown()).min(1) }), { a: [] }, "a must have at least 1 items"],
    [z.object({ a: z.number().max(7) }), { a: 8 }, "a must be at most 7"],
    [z.object({ a: z.enum(["x", "y"]) }), { a: "z" }, "a must be one of x, y"],
    [z.object({ a: z.iso.date() }), { a: "soon" }, "a is not valid"],
    [
      z.object({ a: z.array(z.object({ b: z.boolean() })) }),
      { a: [{ b: true }, { b: 1 }] },
      "a[1].b must be true or false",
    ],
    [z.object({ a: z.union([z.boolean(), z.int()]) }), { a: "x" }, "a is not valid"],
  ])("name the field and what it must be", ([schema, value, sentence], { expect }) => {
    expect(schema.safeParse(value).error?.issues.map(({ message }) => message)).toEqual([sentence]);
  });

  it("are not needed where a sentence said the wrong thing", async ({ expect }) => {
    const account = await newAccount();
    const long = "x".repeat(2_000);
    const credentials = { email: account.email, password: "correct horse" };
    const said = async (path: string, init: RequestInit) => {
      const response = await callApi(path, init);
      const { message } = await response.json<{ message: string }>();
      return message;
    };
    const signIn = "/api/auth/sign-in/email";
    const site = { Origin: ORIGIN };
    expect([
      await said(signIn, jsonOf("POST", { ...credentials, password: long }, site)),
      await said(signIn, jsonOf("POST", { ...credentials, rememberMe: "yes" }, site)),
      await said("/api/domains", jsonOf("POST", { hostname: long }, account.bySession)),
      await said("/api/admin/dead-letters?limit=many", { headers: OPERATOR }),
      await said("/api/admin/dead-letters?cursor=0", { headers: OPERATOR }),
    ]).toEqual([
      "password must be at most 128 characters",
      "rememberMe must be true or false",
      "hostname must be at most 1000 characters",
      "limit must be a whole number from 1 to 100",
      "cursor must come from the page before",
    ]);
    const client = await newPvtlnkClient();
    const link = { destination_url: "https://example.com", short_code: 5 };
    expect((await client.call("POST", "/links", { link })).body["errors"]).toEqual([
      "Short code is invalid",
    ]);
  });
});
