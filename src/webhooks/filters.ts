/** Filters, which limit an endpoint to events of some links. Pure, apart from the SQL that they need. */

/** What an endpoint is limited to; an absent list limits nothing. */
export interface Filters {
  readonly linkIds?: readonly string[];
  readonly tagIds?: readonly string[];
  /** Host names; an empty one stands for the default hosts. */
  readonly domains?: readonly string[];
  /** Values of `utm_campaign`. */
  readonly campaigns?: readonly string[];
}

/** The most entries of one list. */
export const FILTER_ENTRIES_MAX = 100;

/** What filters ask of a link. */
export interface LinkFacts {
  readonly uuid: string;
  /** As in `Filters`; a parked link still has its own. */
  readonly domain: string;
  readonly destination: string;
  readonly utm: Readonly<Record<string, string>> | null;
  readonly tagIds: readonly string[];
}

/** The facts of a row `link` as a JSON object, as SQL text for queries with and without drizzle. */
export const LINK_FACTS_SQL = `json_object(
  'uuid', link.uuid, 'domain', coalesce(link.domain, link.parked_domain),
  'destination', link.destination_url, 'utm', json(link.utm_params),
  'tagIds', json((SELECT json_group_array(tags.uuid)
    FROM link_tags JOIN tags ON tags.id = link_tags.tag_id WHERE link_tags.link_id = link.id)))`;

/** Returns filters in one form: without empty lists, each list sorted and without repeats. */
export function normalFilters({ linkIds, tagIds, domains, campaigns }: Filters): Filters {
  const lists = Object.entries({ linkIds, tagIds, domains, campaigns });
  return Object.fromEntries(
    lists
      .filter(([, list]) => list !== undefined && list.length > 0)
      .map(([name, list]) => [name, [...new Set(list)].sort(byCodeUnits)]),
  );
}

/**
 * Whether an event passes: every list must have the link in it, by any of its tags. An event that
 * concerns no link passes only where nothing is filtered.
 */
export function passes(filters: Filters, link: LinkFacts | null): boolean {
  const { linkIds, tagIds, domains, campaigns } = filters;
  if (link === null) return Object.keys(filters).length === 0;
  return (
    (linkIds?.includes(link.uuid) ?? true) &&
    (tagIds?.some((id) => link.tagIds.includes(id)) ?? true) &&
    (domains?.includes(link.domain) ?? true) &&
    (campaigns?.includes(campaignOf(link) ?? "") ?? true)
  );
}

/** Returns those of these endpoints whose filters an event passes. `filters` is by UUID. */
export function addressees(
  webhooks: readonly string[],
  filters: Readonly<Record<string, Filters>>,
  link: LinkFacts | null,
): readonly string[] {
  return webhooks.filter((uuid) => passes(filters[uuid] ?? {}, link));
}

/** Returns the campaign of a link's own UTM parameters, or else that in its destination. */
function campaignOf({ utm, destination }: LinkFacts): string | null {
  const own = utm?.["utm_campaign"];
  if (own !== undefined) return own;
  return URL.parse(destination)?.searchParams.get("utm_campaign") ?? null;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
