/** What is wrong with a part of a body, in words that several dialects send. */

import { err, type Failure } from "../../../platform/result.ts";

export interface WireFault {
  /** Where in the body: `rules[1].country`. */
  readonly field: string;
  /** Names the field. Without a full stop: not every dialect ends its sentences with one. */
  readonly sentence: string;
}

/** What is wrong with one item of a list. */
export interface FieldFault {
  /** Null where it is the item itself. */
  readonly field: string | null;
  /** The words that follow the field's name. */
  readonly words: string;
}

/** Refuses a field in the words that follow its name. */
export function refuseField(field: string, words: string): Failure<WireFault> {
  return err({ field, sentence: `${field} ${words}` });
}

/** Refuses an item by its place in the body. */
export function refuseItem(place: string, { field, words }: FieldFault): Failure<WireFault> {
  return refuseField(field === null ? place : `${place}.${field}`, words);
}
