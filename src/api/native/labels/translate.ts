/** Tags and collections in the native API's format. */

import type { Label } from "../../../links/link.ts";
import { objectIdOf } from "../../../platform/uuid.ts";

export function wireTag({ uuid, name }: Label) {
  return { id: uuid, objectId: objectIdOf(uuid), name };
}

export function wireCollection({ id, uuid, name }: Label) {
  return { id: uuid, numericId: id, name };
}
