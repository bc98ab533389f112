/** The table of PVTLNK's API: its operations by their ids. */

import { reportOperations } from "./analytics/operations.ts";
import { csvOperations } from "./links/csv.ts";
import { linkOperations } from "./links/operations.ts";
import { variantOperations } from "./links/variants.ts";
import { tokenOperations } from "./tokens/operations.ts";

export const operations = {
  ...linkOperations,
  ...csvOperations,
  ...variantOperations,
  ...reportOperations,
  ...tokenOperations,
};
