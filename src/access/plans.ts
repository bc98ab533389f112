/** The limits and features of each plan, in one table. Null means no limit. */

import type { Plan } from "../config.ts";

export interface PlanTerms {
  readonly linksMax: number | null;
  /** Counts only rules with conditions, not the default rule. */
  readonly rulesPerLinkMax: number | null;
  /** Pending invitations count as members. */
  readonly membersMax: number | null;
  readonly domainsMax: number | null;
  readonly webhooksMax: number | null;
  readonly goalsMax: number | null;
  readonly features: {
    readonly rules: boolean;
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

const EVERYTHING: PlanTerms["features"] = {
  rules: true,
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
    linksMax: 50,
    rulesPerLinkMax: 3,
    membersMax: 1,
    domainsMax: 0,
    webhooksMax: 1,
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
    linksMax: 5_000,
    rulesPerLinkMax: 20,
    membersMax: 10,
    domainsMax: 5,
    webhooksMax: 10,
    goalsMax: 20,
    features: { ...EVERYTHING, enterpriseApi: false },
  },
  enterprise: {
    linksMax: null,
    rulesPerLinkMax: null,
    membersMax: null,
    domainsMax: null,
    webhooksMax: null,
    goalsMax: null,
    features: EVERYTHING,
  },
};
