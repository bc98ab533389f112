import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { allocatorFor } from "../../src/codes/code-allocator.ts";
import { configOf } from "../../src/config.ts";
import { gateFor } from "../../src/gates/stub.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { placeOf } from "../../src/platform/location.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { freshLedgerId } from "../ledger/fresh-ledger.ts";

const placed = { ...env, LOCATION_HINT: "weur" };

describe("the region of new objects", () => {
  it("is LOCATION_HINT, and Cloudflare's choice where that is empty or unknown", ({ expect }) => {
    expect(placeOf(placed)).toEqual({ locationHint: "weur" });
    expect(placeOf(env)).toEqual({});
    expect(placeOf({ LOCATION_HINT: "mars" })).toEqual({});
    expect(placeOf({ LOCATION_HINT: "toString" })).toEqual({});
  });

  it("changes no object's name, so that setting it later loses nothing", async ({ expect }) => {
    const ledger = freshLedgerId();
    const uuid = crypto.randomUUID();
    const idsIn = (each: Cloudflare.Env) =>
      [
        ledgerFor(each, ledger),
        gateFor(each, { ledger, uuid }),
        allocatorFor(each, "placed.example"),
        upkeepFor(each),
      ].map((stub) => String(stub.id));
    expect(idsIn(placed)).toEqual(idsIn(env));
    expect(await ledgerFor(placed, ledger).totals()).toMatchObject({ clicks: 0 });
  });

  it("is named when it is wrong", ({ expect }) => {
    expect(() => configOf({ ...env, LOCATION_HINT: "mars" })).toThrow("LOCATION_HINT");
  });
});
