/** The variants of a link's A/B test: `/api/v1/links/:link_id/variants`. */

import { databaseOf } from "../../../db/database.ts";
import type { ValueCount } from "../../../ledger/counts/contract.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import type { Link } from "../../../links/link.ts";
import {
  addVariant,
  changeVariant,
  type ChangedVariant,
  removeVariant,
} from "../../../links/variants/change-variants.ts";
import { loadVariantTimes } from "../../../links/variants/store.ts";
import type { StoredVariant } from "../../../links/variants/variant.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { PvtlnkContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { share, wireTime } from "../wire-values.ts";
import type { variant } from "./answers.ts";
import { newVariant, variantChanges } from "./contract.ts";
import { linkContextOf, linkInPath, numberOf } from "./request.ts";

/** In this dialect an active variant takes part, so the first one starts the test. */
const STARTS = { startsTest: true } as const;

export const variantOperations = {
  listVariants: operation({
    method: "GET",
    path: "/links/:link_id/variants",
    requires: { scope: "links:read" },
    before: [linkInPath("link_id")],
    async answer(c) {
      const link = c.get("link");
      const { abTest } = link;
      return c.json({
        success: true,
        ab_testing_active: abTest.enabled && abTest.variants.some(({ active }) => active),
        variants: await wireVariants(c, link, await servedBy(c)),
      });
    },
  }),
  createVariant: operation({
    method: "POST",
    path: "/links/:link_id/variants",
    requires: { scope: "links:update" },
    params: { name: "variant", schema: newVariant },
    async answer(c, { body: { name, destination_url: url, weight, active } }) {
      const fields = { name, url, weight, active };
      const added = await addVariant(linkContextOf(c), linkRefOf(c), fields, STARTS);
      // It has not served any visitor yet.
      return added.ok ? answer(c, added.value, [], 201) : refuse(c, added.error);
    },
  }),
  updateVariant: operation({
    method: "PATCH",
    path: "/links/:link_id/variants/:variant_id",
    requires: { scope: "links:update" },
    params: { name: "variant", schema: variantChanges },
    async answer(c, { body: { name, destination_url: url, weight, active } }) {
      // Read before the change: a failure afterwards would look as if the change had not been made.
      const served = await servedBy(c);
      const changed = await changeVariant(
        linkContextOf(c),
        linkRefOf(c),
        { numericId: numberOf(c.req.param("variant_id")) },
        { name, url, weight, active },
        STARTS,
      );
      return changed.ok ? answer(c, changed.value, served) : refuse(c, changed.error);
    },
  }),
  deleteVariant: operation({
    method: "DELETE",
    path: "/links/:link_id/variants/:variant_id",
    requires: { scope: "links:update" },
    async answer(c) {
      const which = { numericId: numberOf(c.req.param("variant_id")) };
      const removed = await removeVariant(linkContextOf(c), linkRefOf(c), which);
      if (!removed.ok) return refuse(c, removed.error);
      announceLiveBy(c);
      return c.json({ success: true, message: "Variant deleted successfully" });
    },
  }),
};

function linkRefOf(c: PvtlnkContext) {
  return { id: numberOf(c.req.param("link_id")) };
}

async function answer(
  c: PvtlnkContext,
  { link, variant: changed }: ChangedVariant,
  served: readonly ValueCount[],
  status: 200 | 201 = 200,
): Promise<Response> {
  announceLiveBy(c);
  const wired = await wireVariants(c, link, served);
  return c.json(
    { success: true, variant: wired.find(({ id }) => id === changed.numericId) },
    status,
  );
}

/** Asks the Ledger how often each variant of the link has been clicked, by public ids. */
async function servedBy(c: PvtlnkContext): Promise<readonly ValueCount[]> {
  const ledger = ledgerFor(c.env, c.get("access").workspace.ledger);
  return await ledger.variantClicks(linkRefOf(c).id);
}

/**
 * Converts variants; `click_percentage` is a share of the clicks on the variants that still exist.
 */
async function wireVariants(
  c: PvtlnkContext,
  link: Link,
  served: readonly ValueCount[],
): Promise<AnswerOf<typeof variant>[]> {
  const times = await loadVariantTimes(databaseOf(c.env.DB), link.id);
  const clicks = new Map(served.map(({ value: id, clicks: n }) => [id, n]));
  const clicksOn = ({ id }: StoredVariant): number => clicks.get(id) ?? 0;
  const total = link.abTest.variants.reduce((sum, one) => sum + clicksOn(one), 0);
  return link.abTest.variants.map((one) => {
    const { createdAtMs, updatedAtMs } = times.get(one.numericId) ?? link;
    return {
      id: one.numericId,
      name: one.name,
      destination_url: one.url,
      weight: one.weight,
      active: one.active,
      click_count: clicksOn(one),
      click_percentage: share(clicksOn(one), total),
      created_at: wireTime(createdAtMs),
      updated_at: wireTime(updatedAtMs),
    };
  });
}
