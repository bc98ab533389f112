/** Tags and collections in the native API's format. */

import type * as z from "zod";

import type { Label } from "../../../links/link.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import type { collection, tag } from "./answers.ts";

export function wireTag({ uuid, name }: Label): z.output<typeof tag> {
  return { id: uuid, objectId: objectIdOf(uuid), name };
}

export function wireCollection({ id, uuid, name }: Label): z.output<typeof collection> {
  return { id: uuid, numericId: id, name };
}
