/** Why a CSV file is refused as a whole, and not one of its rows. */

import type { QuotaExceeded } from "../../access/quotas.ts";

export type CsvRefusal =
  /** The header does not name a column that every row needs; an empty file has no header at all. */
  | { readonly reason: "csv_column_missing"; readonly column: string }
  | { readonly reason: "csv_too_many_rows"; readonly limit: number }
  /** A quoted cell has no end, or goes on after it: where the next row begins cannot be known. */
  | { readonly reason: "csv_malformed"; readonly row: number };

/** The quotas are `bulk` and `links`. */
export type ImportRefusal = CsvRefusal | QuotaExceeded;
