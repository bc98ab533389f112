/** The variants of a link's A/B test, one at a time. Each change is a change of the link. */

import { Hono } from "hono";

import {
  addVariant,
  changeVariant,
  removeVariant,
} from "../../../links/variants/change-variants.ts";
import type { Variant } from "../../../links/variants/variant.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { linkContextOf, linkRefOf } from "./request.ts";
import { wireVariant } from "./translate.ts";
import { newVariant, variantChanges } from "./variant-contract.ts";

export const linkVariants = new Hono<NativeEnvironment>()
  .get("/:id/variants", requires({ scope: "links:read" }), async (c) => {
    const found = await linkStoreOf(c).find(linkRefOf(c));
    if (!found.ok) return refuse(c, found.error);
    return c.json(found.value.abTest.variants.map(wireVariant));
  })
  .post(
    "/:id/variants",
    requires({ scope: "links:update" }),
    validate.json(newVariant),
    async (c) => {
      const ref = linkRefOf(c);
      const added = await addVariant(linkContextOf(c), ref, c.req.valid("json"));
      return added.ok ? answer(c, added.value.variant, 201) : refuse(c, added.error);
    },
  )
  .patch(
    "/:id/variants/:variant",
    requires({ scope: "links:update" }),
    validate.json(variantChanges),
    async (c) => {
      const ref = linkRefOf(c);
      const which = { id: c.req.param("variant") };
      const changed = await changeVariant(linkContextOf(c), ref, which, c.req.valid("json"));
      return changed.ok ? answer(c, changed.value.variant) : refuse(c, changed.error);
    },
  )
  .delete("/:id/variants/:variant", requires({ scope: "links:update" }), async (c) => {
    const ref = linkRefOf(c);
    const removed = await removeVariant(linkContextOf(c), ref, { id: c.req.param("variant") });
    if (!removed.ok) return refuse(c, removed.error);
    announceLiveBy(c);
    return c.json({ success: true, id: removed.value.variant.id });
  });

function answer(c: NativeContext, variant: Variant, status: 200 | 201 = 200): Response {
  announceLiveBy(c);
  return c.json(wireVariant(variant), status);
}
