/** Tags and collections as the native API shows them. */

import type { Label } from "../../../links/link.ts";
import { objectIdOf } from "../../../platform/uuid.ts";

export function wireTag({ uuid, name }: Label) {
  return { id: uuid, objectId: objectIdOf(uuid), name };
}

export function wireCollection({ id, uuid, name }: Label) {
  return { id: uuid, numericId: id, name };
}
