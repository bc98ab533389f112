/** The columns of CSV files: PVTLNK's, in the order of its page, and those of the native API. */

export const PVTLNK_EXPORT_COLUMNS = [
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

/** What both directions have beyond PVTLNK's columns. */
const NATIVE_COLUMNS = [
  "expired_url",
  "clicks_limit",
  "limit_reached_url",
  "forward_query",
  "forward_path",
  "social_title",
  "social_description",
  "social_image",
  "crawlable",
  "external_id",
] as const;

export const EXPORT_COLUMNS = [...PVTLNK_EXPORT_COLUMNS, ...NATIVE_COLUMNS] as const;

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
  ...NATIVE_COLUMNS,
] as const;

export type ExportColumn = (typeof EXPORT_COLUMNS)[number];
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** The maximum number of rows per import, without the header. */
export const IMPORT_ROWS_MAX = 10_000;
