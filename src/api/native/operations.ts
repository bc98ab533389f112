/** The table of the native API: its operations by their ids. */

import { labelOperations } from "./labels/operations.ts";

export const operations = {
  ...labelOperations,
};
