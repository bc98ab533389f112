import { isObject } from "../../platform/is-object.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns a body of changes without the fields that are just as a response shows them, so that a
 * client may send back what it was given: a link may hold values that a new one could not have.
 * Another order of an object's fields is another value, as it is in the parameters of a link.
 */
export function withoutShown<T>(sent: T, shown: Fields): T | Fields {
  if (!isObject(sent)) return sent;
  return Object.fromEntries(
    Object.entries(sent).filter(
      ([field, value]) =>
        !(Object.hasOwn(shown, field) && JSON.stringify(value) === JSON.stringify(shown[field])),
    ),
  );
}
