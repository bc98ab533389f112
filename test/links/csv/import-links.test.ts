import { describe, it } from "vitest";

import { importLinks, recallImport } from "../../../src/links/csv/import-links.ts";
import { input, makeLink, newContext } from "../../support/link-context.ts";
import { newCode } from "../../support/native.ts";

describe("importLinks", () => {
  it("returns for each row its link, or the facts of its refusal without a sentence", async ({
    expect,
  }) => {
    const context = await newContext();
    const [taken, own, free] = [newCode(), newCode(), newCode()];
    await makeLink(await newContext(), { code: taken });
    await makeLink(context, { code: own });
    const rows = [
      { input: input({ code: free }), code: free },
      { input: input({ code: taken }), code: taken },
      { input: input({ destinationUrl: "nowhere", code: taken }), code: taken },
      { input: null, code: taken },
      { input: null, code: own },
      { input: null, code: newCode() },
      { input: null, code: undefined },
    ];
    const outcomes = await importLinks(context, rows);
    if (!outcomes.ok) throw new Error(outcomes.error.reason);
    const isTaken = { reason: "code_taken", code: taken };
    const isNowhere = {
      reason: "destination_refused",
      field: "destinationUrl",
      problem: "not_a_url",
    };
    expect(outcomes.value).toEqual([
      { link: expect.objectContaining({ code: free }), refusals: [] },
      { link: null, refusals: [isTaken] },
      // Whether another workspace has the code is told only to a row that would be a link.
      { link: null, refusals: [isNowhere] },
      { link: null, refusals: [] },
      { link: null, refusals: [{ ...isTaken, code: own }] },
      { link: null, refusals: [] },
      { link: null, refusals: [] },
    ]);
    const [{ link } = { link: null }] = outcomes.value;
    const again = [rows[0], rows[1], rows[3], rows[4]].flatMap((row) => row ?? []);
    expect(await recallImport(context, again, [link, null])).toEqual([
      outcomes.value[0],
      outcomes.value[1],
      outcomes.value[3],
      outcomes.value[4],
    ]);
  });
});
