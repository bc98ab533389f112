/** The variants of a link's A/B test, one at a time. Each change is a change of the link. */

import {
  addVariant,
  changeVariant,
  removeVariant,
} from "../../../links/variants/change-variants.ts";
import type { Variant } from "../../../links/variants/variant.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { linkContextOf, linkRefOf } from "./request.ts";
import { wireVariant } from "./translate.ts";
import { newVariant, variantChanges } from "./variant-contract.ts";

export const variantOperations = {
  listVariants: operation({
    method: "GET",
    path: "/links/:id/variants",
    requires: { scope: "links:read" },
    async answer(c) {
      const found = await linkStoreOf(c).find(linkRefOf(c));
      if (!found.ok) return refuse(c, found.error);
      return c.json(found.value.abTest.variants.map(wireVariant));
    },
  }),
  addVariant: operation({
    method: "POST",
    path: "/links/:id/variants",
    requires: { scope: "links:update" },
    body: { schema: newVariant },
    async answer(c, { body }) {
      const ref = linkRefOf(c);
      const added = await addVariant(linkContextOf(c), ref, body);
      return added.ok ? answer(c, added.value.variant, 201) : refuse(c, added.error);
    },
  }),
  updateVariant: operation({
    method: "PATCH",
    path: "/links/:id/variants/:variant",
    requires: { scope: "links:update" },
    body: { schema: variantChanges },
    async answer(c, { body }) {
      const ref = linkRefOf(c);
      const which = { id: c.req.param("variant") };
      const changed = await changeVariant(linkContextOf(c), ref, which, body);
      return changed.ok ? answer(c, changed.value.variant) : refuse(c, changed.error);
    },
  }),
  removeVariant: operation({
    method: "DELETE",
    path: "/links/:id/variants/:variant",
    requires: { scope: "links:update" },
    async answer(c) {
      const ref = linkRefOf(c);
      const removed = await removeVariant(linkContextOf(c), ref, { id: c.req.param("variant") });
      if (!removed.ok) return refuse(c, removed.error);
      announceLiveBy(c);
      return c.json({ success: true, id: removed.value.variant.id });
    },
  }),
};

function answer(c: NativeContext, variant: Variant, status: 200 | 201 = 200): Response {
  announceLiveBy(c);
  return c.json(wireVariant(variant), status);
}
