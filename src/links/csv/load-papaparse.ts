/** The only place that loads papaparse: with the first file, never with the API. */

import type papaparse from "papaparse";

export type { Parser } from "papaparse";

export type Papaparse = typeof papaparse;

export async function loadPapaparse(): Promise<Papaparse> {
  return (await import("papaparse")).default;
}
