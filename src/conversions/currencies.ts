/**
 * The currencies of ISO 4217 and their minor units, as of 2026.
 *
 * A table of our own, because amounts are stored in minor units: the runtime's locale data shows
 * other digits for some currencies (no fraction of the Hungarian forint or the Colombian peso), and
 * changes by itself.
 */

/** With their number of decimals where it is not two. */
const DECIMALS: Readonly<Record<string, number>> = {
  ...valued(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
  ...valued(3, "BHD IQD JOD KWD LYD OMR TND"),
  ...valued(4, "CLF UYW"),
};

/** With two decimals. */
const OTHERS =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN " +
  "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD " +
  "FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW " +
  "KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR " +
  "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG " +
  "SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD " +
  "USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
/** Withdrawn, but still in the settings of shops. */
const WITHDRAWN = "ANG BGN CUC HRK SLL STD VEF ZWL";

const CODES: ReadonlySet<string> = new Set([
  ...Object.keys(DECIMALS),
  ...OTHERS.split(" "),
  ...WITHDRAWN.split(" "),
]);

/** Whether a text is the code of a currency, in upper case. */
export function isCurrency(code: string): boolean {
  return CODES.has(code);
}

/** Returns a currency's number of decimals: 2 for the dollar, 0 for the yen, 3 for the dinar. */
export function decimalsOf(currency: string): number {
  return DECIMALS[currency] ?? 2;
}

function valued(decimals: number, codes: string): Readonly<Record<string, number>> {
  return Object.fromEntries(codes.split(" ").map((code) => [code, decimals]));
}
