/** Creates up to 100 links per call, each independently of the others. */

import { Hono } from "hono";

import { checkFeature } from "../../../access/quotas.ts";
import { type Config, configOf } from "../../../config.ts";
import { createLinks, type LinkInput } from "../../../links/create-link.ts";
import type { Link } from "../../../links/link.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { toIssue } from "../../shared/validate.ts";
import type { RevolinkContext, RevolinkEnvironment } from "../environment.ts";
import { refuse, type RevolinkRefusal, sentenceOf } from "../errors.ts";
import { fieldsFrom } from "../fields.ts";
import { inNamedWorkspace, requires } from "../guard.ts";
import { completerFor } from "./complete.ts";
import { newLink } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { asSent, readNewLink, type Wanted, wireCreated } from "./translate.ts";

const LINKS_MAX = 100;
const BULK_BYTES_MAX = 5 * 1024 * 1024;

/** The outcome of each item, in the order of the items. */
type Outcomes<T> = readonly Result<T, RevolinkRefusal>[];

export const bulk = new Hono<RevolinkEnvironment>().post(
  "/bulk-create",
  requires({ scope: "links:create" }),
  fieldsFrom({ bodyBytesMax: BULK_BYTES_MAX }),
  inNamedWorkspace,
  async (c) => {
    const items = itemsOf(c.get("fields")["links"]);
    if (!items.ok) return refuse(c, items.error);
    const outcomes = await createAll(c, items.value);
    if (!outcomes.ok) return refuse(c, outcomes.error);
    announceLiveBy(c);
    return c.json(wireOutcomes(c, items.value, outcomes.value));
  },
);

function itemsOf(links: unknown): Result<readonly unknown[], RevolinkRefusal> {
  if (!Array.isArray(links) || links.length === 0) {
    return err({ reason: "field_refused", sentence: "links must be a non-empty array." });
  }
  return links.length > LINKS_MAX
    ? err({ reason: "field_refused", sentence: `Maximum ${LINKS_MAX} links per request.` })
    : ok(links);
}

/** Creates all valid links with one call of the use case; the plan refuses all or none. */
async function createAll(
  c: RevolinkContext,
  items: readonly unknown[],
): Promise<Result<Outcomes<Link>, RevolinkRefusal>> {
  const context = linkContextOf(c);
  // Before the items are completed, since logos are fetched for them.
  const { workspace } = context.access;
  const bulkAllowed = checkFeature(workspace, "bulk", { asked: items.length, limit: 1 });
  if (!bulkAllowed.ok) return bulkAllowed;
  const config = configOf(c.env);
  const read = items.map((item) => readItem(item, config));
  const complete = await completerFor(
    c,
    read.flatMap((one) => (one.ok ? [one.value] : [])),
  );
  const drafts = await Promise.all(
    read.map(async (one) => {
      if (!one.ok) return one;
      const input = await complete(one.value);
      return input.ok ? ok({ input: input.value, wanted: one.value }) : input;
    }),
  );
  const inputs = drafts.flatMap((draft) => (draft.ok ? [draft.value.input] : []));
  const created = await createLinks(context, inputs);
  if (!created.ok) return created;
  const made = created.value.values();
  return ok(
    drafts.map((draft) => {
      if (!draft.ok) return draft;
      const outcome = nextOf(made);
      return outcome.ok ? outcome : err(asSent(outcome.error, draft.value.wanted));
    }),
  );
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

function nextOf<T>(values: Iterator<T>): T {
  const next = values.next();
  if (next.done === true) throw new Error("createLinks answers each input.");
  return next.value;
}

function wireOutcomes(c: RevolinkContext, items: readonly unknown[], outcomes: Outcomes<Link>) {
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
