/** The columns of PVTLNK's CSV files, in the order of its page; the native API uses the same. */

export const EXPORT_COLUMNS = [
  "short_url",
  "destination_url",
  "short_code",
  "title",
  "description",
  "tags",
  "click_count",
  "active",
  "archived",
  "password_protected",
  "expires_at",
  "created_at",
] as const;

/** The columns that an import reads; others are ignored. */
export const IMPORT_COLUMNS = [
  "destination_url",
  "title",
  "short_code",
  "description",
  "tags",
  "active",
  "password_protected",
  "password",
  "scheduled_start_at",
  "scheduled_end_at",
  "expires_at",
] as const;

export type ExportColumn = (typeof EXPORT_COLUMNS)[number];
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** The maximum number of rows per import, without the header. */
export const IMPORT_ROWS_MAX = 10_000;
