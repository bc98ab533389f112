/** Faults in a part of a body, in wording that several dialects use. */

import { err, type Failure } from "../../../platform/result.ts";

export interface WireFault {
  /** The place in the body, such as `rules[1].country`. */
  readonly field: string;
  /** A sentence that names the field. It has no full stop, because not every dialect uses one. */
  readonly sentence: string;
}

/** A fault in one item of a list. */
export interface FieldFault {
  /** Null for the item itself. */
  readonly field: string | null;
  /** The words that follow the field's name. */
  readonly words: string;
}

/** Refuses a field with the words that follow its name. */
export function refuseField(field: string, words: string): Failure<WireFault> {
  return err({ field, sentence: `${field} ${words}` });
}

/** Refuses an item, naming its place in the body. */
export function refuseItem(place: string, { field, words }: FieldFault): Failure<WireFault> {
  return refuseField(field === null ? place : `${place}.${field}`, words);
}
