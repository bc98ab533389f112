/** Schemas of QR settings for the documents: `../qr.ts` reads what they describe. */

import * as z from "zod";

/** Settings as an answer shows them. */
export const qrSettings = z.strictObject({
  /** The color of the modules, as `#rrggbb`. */
  color: z.string(),
  /** The color behind them, as `#rrggbb`. */
  bgColor: z.string(),
  /** Whether the logo is drawn in the middle. */
  useLogo: z.boolean(),
  /** An image as a data URL; null for none. */
  logo: z.string().nullable(),
});

/** Settings as a link is sent with them. A field that is left out keeps its value. */
export const qrSettingsChange = z.object({
  /** As `#rrggbb` or `#rgb`; by default `#000000`. It must differ enough from `bgColor`. */
  color: z.string().optional(),
  /** As `#rrggbb` or `#rgb`; by default `#ffffff`. */
  bgColor: z.string().optional(),
  /** Whether the logo is drawn in the middle; by default false. */
  useLogo: z.boolean().optional(),
  /**
   * A PNG, JPEG or WebP image of at most 100 KB, as a data URL or the address of one, which is
   * fetched once; null removes the logo.
   */
  logo: z.string().nullish(),
});
