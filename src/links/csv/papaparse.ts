/** The one place that loads papaparse: with the first file, never with the API. */
import type Papa from "papaparse";

export type Papaparse = Pick<typeof Papa, "parse" | "unparse">;

export async function loadPapaparse(): Promise<Papaparse> {
  const { default: papaparse } = await import("papaparse");
  return papaparse;
}
