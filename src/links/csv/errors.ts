/** Why a CSV file is refused as a whole, as opposed to a single row. */

import type { CreateLinksRefusal } from "../create-link.ts";

export type CsvRefusal =
  /** The header lacks a column that every row needs; an empty file has no header at all. */
  | { readonly reason: "csv_column_missing"; readonly column: string }
  | { readonly reason: "csv_too_many_rows"; readonly limit: number }
  /**
   * A quoted cell does not end, or text follows its closing quote, so the start of the next row is
   * unknown.
   */
  | { readonly reason: "csv_malformed"; readonly row: number }
  /** The whole file was read as one row, because its line ends are of no known kind. */
  | { readonly reason: "csv_one_line" };

/** The quotas that can be exceeded are `bulk` and those of all links. */
export type ImportRefusal = CsvRefusal | CreateLinksRefusal;
