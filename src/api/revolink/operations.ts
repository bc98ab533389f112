/** The table of RevoLink's API: its operations by their ids. */

import { reportOperations } from "./analytics/operations.ts";
import { bulkOperations } from "./links/bulk.ts";
import { linkOperations } from "./links/operations.ts";

export const operations = {
  ...linkOperations,
  ...bulkOperations,
  ...reportOperations,
};
