/** Creates up to 100 links per call, each independently of the others. */

import { type Config, configOf } from "../../../config.ts";
import type { LinkInput } from "../../../links/create-link.ts";
import { mapInSlices } from "../../../platform/pauses.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { createEachOnce, type Items, type Outcomes } from "../../shared/create-each.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { toIssue } from "../../shared/validate.ts";
import type { RevolinkContext } from "../environment.ts";
import { refuse, type RevolinkRefusal, sentenceOf } from "../errors.ts";
import { operation } from "../operation.ts";
import type { bulkReport } from "./answers.ts";
import { completerFor } from "./complete.ts";
import { newLink } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { asSent, readNewLink, type Wanted, wireCreated } from "./translate.ts";

export const LINKS_MAX = 100;
const BULK_BYTES_MAX = 5 * 1024 * 1024;
/** Items that are read before a pause: each may have a hundred rules. */
const ITEMS_AT_ONCE = 5;

export const bulkOperations = {
  createLinks: operation({
    method: "POST",
    path: "/links/bulk-create",
    scope: "links:create",
    from: { bodyBytesMax: BULK_BYTES_MAX },
    async answer(c) {
      const items = itemsOf(c.get("fields")["links"]);
      if (!items.ok) return refuse(c, items.error);
      const request = { ...onceRequestOf(c, "POST /apiv1/links/bulk-create"), body: items.value };
      const links = await linksOf(c, items.value);
      const created = await createEachOnce(request, linkContextOf(c), links);
      if (!created.ok) return refuse(c, created.error);
      const { value: outcomes, replayed } = created.value;
      announceLiveBy(c);
      if (replayed) c.header("Idempotent-Replayed", "true");
      return c.json(wireOutcomes(c, items.value, outcomes));
    },
  }),
};

function itemsOf(links: unknown): Result<readonly unknown[], RevolinkRefusal> {
  if (!Array.isArray(links) || links.length === 0) {
    return err({ reason: "field_refused", sentence: "links must be a non-empty array." });
  }
  return links.length > LINKS_MAX
    ? err({ reason: "field_refused", sentence: `Maximum ${LINKS_MAX} links per request.` })
    : ok(links);
}

async function linksOf(
  c: RevolinkContext,
  items: readonly unknown[],
): Promise<Items<RevolinkRefusal>> {
  const config = configOf(c.env);
  const read = await mapInSlices(items, ITEMS_AT_ONCE, (item) => readItem(item, config));
  return {
    count: items.length,
    async read() {
      const complete = await completerFor(
        c,
        read.flatMap((one) => (one.ok ? [one.value] : [])),
      );
      return Promise.all(
        await mapInSlices(read, ITEMS_AT_ONCE, async (one) => (one.ok ? complete(one.value) : one)),
      );
    },
    reread: async () => read,
    refused(refusal, at) {
      const wanted = read[at];
      return wanted?.ok === true ? asSent(refusal, wanted.value) : refusal;
    },
  };
}

function readItem(item: unknown, config: Config): Result<Wanted<LinkInput>, RevolinkRefusal> {
  const { name, rules } = (item ?? {}) as { readonly name?: unknown; readonly rules?: unknown };
  const isComplete =
    isGiven(name) && isGiven(rules) && !(Array.isArray(rules) && rules.length === 0);
  if (!isComplete) return err({ reason: "item_incomplete" });
  const body = newLink.safeParse(item);
  return body.success
    ? readNewLink(body.data, config)
    : err({ reason: "validation_failed", issues: body.error.issues.map(toIssue) });
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function wireOutcomes(
  c: RevolinkContext,
  items: readonly unknown[],
  outcomes: Outcomes<RevolinkRefusal>,
): AnswerOf<typeof bulkReport> {
  const config = configOf(c.env);
  const created = outcomes.flatMap((one) =>
    one.ok ? [{ ...wireCreated(one.value, config), name: one.value.title }] : [],
  );
  const failed = outcomes.flatMap((one, at) =>
    one.ok ? [] : [{ input: items[at], error: sentenceOf(one.error) }],
  );
  return {
    message: `Bulk create complete: ${created.length} created, ${failed.length} failed.`,
    created,
    failed,
  };
}
