/** The limits and features of each plan, in one table. Null means no limit. */

import type { Plan } from "../config.ts";

export interface PlanTerms {
  readonly linksMax: number | null;
  /** All that links store, in bytes: all workspaces share one database of 10 GB. */
  readonly linkBytesMax: number | null;
  /** Counts only rules with conditions, not the default rule. 0 means a plan without rules. */
  readonly rulesPerLinkMax: number | null;
  /** Pending invitations count as members. */
  readonly membersMax: number | null;
  /** Pending invitations. */
  readonly invitationsMax: number;
  readonly domainsMax: number | null;
  readonly webhooksMax: number;
  readonly goalsMax: number | null;
  readonly tagsMax: number;
  readonly collectionsMax: number;
  /** Domains that are claimed and not verified: of one workspace, and by one person over all. */
  readonly domainClaimsMax: number;
  /** Workspaces that one person owns, with their own, whose plan decides. */
  readonly workspacesMax: number;
  /** Tokens of one person that can be used, over all workspaces; their own workspace's plan decides. */
  readonly tokensMax: number;
  /** How long a token can live; the plan of the person's own workspace decides. */
  readonly tokenYearsMax: number | null;
  readonly features: {
    readonly variants: boolean;
    /** A start or an end of a link. Every plan has expiries. */
    readonly schedules: boolean;
    readonly passwords: boolean;
    readonly clickLimits: boolean;
    readonly bulk: boolean;
    readonly export: boolean;
    /** The API that only the enterprise plan includes. */
    readonly enterpriseApi: boolean;
  };
}

const MB = 1_000_000;

/** What no plan lifts: only a program reaches it. */
const BOUNDS = {
  invitationsMax: 50,
  tagsMax: 1_000,
  collectionsMax: 1_000,
  domainClaimsMax: 20,
  tokensMax: 50,
};

export type Feature = keyof PlanTerms["features"];

const EVERYTHING: PlanTerms["features"] = {
  variants: true,
  schedules: true,
  passwords: true,
  clickLimits: true,
  bulk: true,
  export: true,
  enterpriseApi: true,
};

export const PLANS: Readonly<Record<Plan, PlanTerms>> = {
  free: {
    ...BOUNDS,
    workspacesMax: 3,
    tokenYearsMax: 1,
    linksMax: 50,
    linkBytesMax: 10 * MB,
    rulesPerLinkMax: 3,
    membersMax: 1,
    domainsMax: 0,
    webhooksMax: 5,
    goalsMax: 1,
    features: {
      ...EVERYTHING,
      variants: false,
      schedules: false,
      bulk: false,
      export: false,
      enterpriseApi: false,
    },
  },
  pro: {
    ...BOUNDS,
    workspacesMax: 10,
    tokenYearsMax: 2,
    linksMax: 5_000,
    linkBytesMax: 500 * MB,
    rulesPerLinkMax: 20,
    membersMax: 10,
    domainsMax: 5,
    webhooksMax: 25,
    goalsMax: 20,
    features: { ...EVERYTHING, enterpriseApi: false },
  },
  enterprise: {
    ...BOUNDS,
    workspacesMax: 50,
    tokenYearsMax: null,
    linksMax: null,
    linkBytesMax: null,
    rulesPerLinkMax: null,
    membersMax: null,
    domainsMax: null,
    webhooksMax: 50,
    goalsMax: null,
    features: EVERYTHING,
  },
};

const FROM_LOWEST: readonly Plan[] = ["free", "pro", "enterprise"];

/** Returns the lower of two plans. */
export function lowerPlan(one: Plan, other: Plan): Plan {
  return FROM_LOWEST.indexOf(one) < FROM_LOWEST.indexOf(other) ? one : other;
}
