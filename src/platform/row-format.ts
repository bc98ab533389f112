/**
 * Writes objects as arrays, since the names of fields would take half of the bytes.
 *
 * A format is the ordered list of an object's fields. It stores values by position, so a field is
 * only ever added at the end.
 */

export type Stored = string | number | null;

/** An object as its format writes it. Only the format knows the positions. */
export type Row = readonly Stored[];

/** How the values of a field are written, read and checked. */
export interface Column<Value> {
  readonly pack: (value: Value) => Stored;
  readonly unpack: (stored: Stored) => Value;
  /** Whether data that another program wrote has the form that `pack` writes. */
  readonly accepts: (stored: unknown) => boolean;
}

/** An optional field is null in objects from older rows, and is not written at the end if null. */
export type Field<T> = {
  readonly [Name in keyof T & string]:
    | readonly [name: Name, column: Column<T[Name]>]
    | (null extends T[Name]
        ? readonly [name: Name, column: Column<T[Name]>, optional: "optional"]
        : never);
}[keyof T & string];

/** Satisfied by a list that names every field. */
export type Complete<T, Fields extends readonly Field<T>[]> = [
  Exclude<keyof T, Fields[number][0]>,
] extends [never]
  ? unknown
  : { readonly missing: Exclude<keyof T, Fields[number][0]> };

export interface RowFormat<T> {
  readonly pack: (value: T) => Row;
  /** Reads a row that this format wrote, in this version or another. */
  readonly unpack: (row: Row) => T;
  /** Reads one field. */
  readonly read: <Name extends keyof T & string>(row: Row, name: Name) => T[Name];
  /** Whether an untrusted value is a row of this format. Unknown fields may follow at the end. */
  readonly accepts: (value: unknown) => value is Row;
}

/** Returns the format of an object type. A list that lacks one of its fields does not compile. */
export function rowFormat<T extends object>() {
  return <const Fields extends readonly Field<T>[]>(
    fields: Fields & Complete<T, Fields>,
  ): RowFormat<T> => formatOf<T>(fields);
}

/** A column whose values are written as they are. */
export function asIs<Value extends Stored>(
  accepts: (stored: unknown) => stored is Value,
): Column<Value> {
  return { pack: same, unpack: same as Column<Value>["unpack"], accepts };
}

/** The same without checks, for rows that only this code writes. */
export function unchecked<Value extends Stored>(): Column<Value> {
  return asIs((_stored): _stored is Value => true);
}

/** A boolean, written as 0 or 1. */
export const FLAG: Column<boolean> = {
  pack: (value) => (value ? 1 : 0),
  unpack: (stored) => stored === 1,
  accepts: (stored) => stored === 0 || stored === 1,
};

function same<Value>(value: Value): Value {
  return value;
}

function formatOf<T extends object>(fields: readonly Field<T>[]): RowFormat<T> {
  type Name = keyof T & string;
  const names = fields.map(([name]) => name);
  const columns = fields.map(([, column]) => column as Column<unknown>);
  const requiredCount = fields.filter(([, , optional]) => optional === undefined).length;
  const blank = Object.fromEntries(names.map((name) => [name, null]));
  // Most fields are written unchanged: calling a function for each would double the time.
  const converted = columns.flatMap(({ pack, unpack }, place) =>
    pack === same ? [] : [{ place, name: names[place] as Name, pack, unpack }],
  );
  return {
    pack(value) {
      const row: unknown[] = [];
      for (const name of names) row.push(value[name]);
      for (const { place, pack } of converted) row[place] = pack(row[place]);
      while (row.length > requiredCount && row.at(-1) === null) row.pop();
      return row as Stored[];
    },
    unpack(row) {
      // A copy of a whole object is faster than one that grows field by field.
      const value: Record<string, unknown> = { ...blank };
      const count = Math.min(row.length, names.length);
      for (let place = 0; place < count; place++) value[names[place] as Name] = row[place];
      for (const { place, name, unpack } of converted) {
        if (place < count) value[name] = unpack(row[place] as Stored);
      }
      return value as T;
    },
    read(row, name) {
      const place = names.indexOf(name);
      return columns[place]?.unpack(row[place] ?? null) as T[typeof name];
    },
    accepts: (value): value is Row =>
      Array.isArray(value) &&
      value.length >= requiredCount &&
      columns.every(({ accepts }, place) => place >= value.length || accepts(value[place])),
  };
}
