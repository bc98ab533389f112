/** Why a CSV file is refused as a whole; what is wrong with one row is said in its own sentences. */

import type { QuotaExceeded } from "../../access/quotas.ts";
import type { ImportColumn } from "./columns.ts";

export type CsvRefusal =
  /** The header does not name a column that every row needs; an empty file has no header at all. */
  | { readonly code: "csv_column_missing"; readonly column: ImportColumn }
  | { readonly code: "csv_too_many_rows"; readonly limit: number }
  /** A quoted cell has no end, or goes on after it: where the next row begins is anybody's guess. */
  | { readonly code: "csv_malformed"; readonly row: number };

/** Of the quotas: `bulk` and `links`. */
export type ImportRefusal = CsvRefusal | QuotaExceeded;
