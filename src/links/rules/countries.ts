/**
 * The countries that a rule may name, by continent: ISO 3166-1 alpha-2 and Kosovo's XK, as Cloudflare
 * reports them, on the continents of GeoNames, whose data Cloudflare's `cf.continent` agrees with.
 */

const BY_CONTINENT = {
  AF: "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
  AN: "AQ BV GS HM TF",
  AS: "AE AF AM AZ BD BH BN BT CC CN CX GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TM TR TW UZ VN YE",
  EU: "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
  NA: "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
  OC: "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS",
  SA: "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
} as const;

export type Continent = keyof typeof BY_CONTINENT;

/** The continents and their English names. */
export const CONTINENTS: Readonly<Record<Continent, string>> = {
  AF: "Africa",
  AN: "Antarctica",
  AS: "Asia",
  EU: "Europe",
  NA: "North America",
  OC: "Oceania",
  SA: "South America",
};

/** The member states of the European Union: what `EU` in a list of countries stands for. */
export const EUROPEAN_UNION: readonly string[] =
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");

const CONTINENT_OF: ReadonlyMap<string, Continent> = new Map(
  (Object.keys(BY_CONTINENT) as Continent[]).flatMap((continent) =>
    BY_CONTINENT[continent].split(" ").map((country) => [country, continent] as const),
  ),
);

/** What people write for a country that has another code. */
const MEANT: Readonly<Record<string, string>> = {
  UK: "GB",
  EN: "GB",
  EL: "GR",
  JA: "JP",
  KO: "KR",
  CS: "CZ",
  DA: "DK",
  UKR: "UA",
};

/** Whether a text is a country's code, in upper case. */
export function isCountry(code: string): boolean {
  return CONTINENT_OF.has(code);
}

/** Returns the code that was probably meant by one that no country has, or null. */
export function countryMeant(code: string): string | null {
  const upper = code.trim().toUpperCase();
  if (isCountry(upper)) return upper;
  return Object.hasOwn(MEANT, upper) ? (MEANT[upper] ?? null) : null;
}

/** Returns a country's continent, or null for an unknown one, such as Tor's T1. */
export function continentOf(country: string): Continent | null {
  return CONTINENT_OF.get(country) ?? null;
}
