/** What the documents say of domains. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { deleted } from "../answers.ts";
import { domain, wholeDomain } from "./answers.ts";
import type { domainOperations } from "./operations.ts";

const PENDING = {
  id: "c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f",
  hostname: "go.example.com",
  status: "pending",
  verification: {
    type: "TXT",
    name: "_signpost.go.example.com",
    value: "signpost-verification=3Zq1",
  },
  failingSince: null,
  rootUrl: null,
  notFoundUrl: null,
  robots: null,
};
const WHOLE = { ...PENDING, appleAppSiteAssociation: null, assetLinks: null };
const UNKNOWN = "There is no such domain.";

export const domainReference: ReferenceOf<typeof domainOperations> = {
  listDomains: {
    summary: "List domains",
    answers: { 200: z.array(domain) },
    example: { answer: [PENDING] },
  },
  claimDomain: {
    summary: "Claim a domain",
    description: "Set the TXT record that the answer names, then verify the domain.",
    answers: { 201: wholeDomain },
    fails: { 409: "The domain is on this workspace's list already." },
    headers: ["Idempotency-Key"],
    example: { body: { hostname: "go.example.com" }, answer: WHOLE },
  },
  getDomain: {
    summary: "Show a domain",
    answers: { 200: wholeDomain },
    fails: { 404: UNKNOWN },
    example: { params: { id: PENDING.id }, answer: WHOLE },
  },
  updateDomain: {
    summary: "Change what a domain answers where it has no link",
    description: "Fields that are left out keep their value; null removes it.",
    answers: { 200: wholeDomain },
    fails: { 404: UNKNOWN },
    example: {
      params: { id: PENDING.id },
      body: { rootUrl: "https://example.com" },
      answer: { ...WHOLE, rootUrl: "https://example.com" },
    },
  },
  verifyDomain: {
    summary: "Verify a domain",
    description:
      "Looks for the TXT record now. Verified domains are checked again from time to time.",
    answers: { 200: wholeDomain },
    fails: { 404: UNKNOWN, 409: "The DNS does not show the record yet." },
    example: { params: { id: PENDING.id }, answer: { ...WHOLE, status: "verified" } },
  },
  releaseDomain: {
    summary: "Release a domain",
    description: "Its links cease to work, and come back if the domain does.",
    answers: { 200: deleted },
    fails: { 404: UNKNOWN },
    example: { params: { id: PENDING.id }, answer: { success: true, id: PENDING.id } },
  },
};

export const domainResources: readonly Resource[] = [
  {
    title: "Domains",
    description: "Host names of your own for short links.",
    operations: [
      "listDomains",
      "claimDomain",
      "getDomain",
      "updateDomain",
      "verifyDomain",
      "releaseDomain",
    ],
  },
];
