/** Explains which bound a link exceeds, in the wording of the native API and of RevoLink. */

import type { BoundExceeded } from "../../../links/errors.ts";

/** The fields that the engine names otherwise. */
const NAMES: Readonly<Partial<Record<BoundExceeded["field"], string>>> = { utm: "utmParams" };

/** Returns a sentence without a full stop, beginning with the field. */
export function boundSentence({ field, bound, max }: BoundExceeded): string {
  const name = NAMES[field] ?? field;
  switch (bound) {
    case "items":
      return `${name} must have at most ${max} items`;
    case "location":
      return `${name} must have at most ${max} characters together with the link's utmParams`;
    case "record":
      return `${name} must not exceed ${max / 1024} KB in all, with utmParams in each URL`;
    case "link":
      return `${name} must be smaller: the whole link must not exceed ${max / 1024} KB`;
  }
}
