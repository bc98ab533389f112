/** Domains in the native API's format. */

import type { Saas } from "../../../config.ts";
import type { CustomHostname } from "../../../workspaces/custom-hostnames.ts";
import { proofRecordOf } from "../../../workspaces/domain-proof.ts";
import type { Domain, WholeDomain } from "../../../workspaces/domains.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { isoOf } from "../wire-values.ts";
import type { domain as domainAnswer, wholeDomain } from "./answers.ts";

/** What Cloudflare for SaaS does for the domains of this installation. */
export interface Serving extends Pick<Saas, "target"> {
  readonly hostnames: ReadonlyMap<string, CustomHostname>;
}

/** Converts a domain with its files. */
export function wireWholeDomain(
  domain: WholeDomain,
  serving: Serving | null,
): AnswerOf<typeof wholeDomain> {
  const { appleAppSiteAssociation, assetLinks } = domain;
  return {
    ...wireDomain(domain, serving),
    appleAppSiteAssociation: parsed(appleAppSiteAssociation),
    assetLinks: parsed(assetLinks),
  };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/** Converts a listed domain; `serving` is null if an operator routes each of them. */
export function wireDomain(domain: Domain, serving: Serving | null): AnswerOf<typeof domainAnswer> {
  const { uuid, hostname, verifiedAtMs, failingSinceMs, rootUrl, notFoundUrl, robots } = domain;
  return {
    id: uuid,
    hostname,
    status: verifiedAtMs === null ? "pending" : "verified",
    verification: proofRecordOf(domain),
    failingSince: isoOf(failingSinceMs),
    rootUrl,
    notFoundUrl,
    robots,
    ...(serving !== null && served(domain, serving)),
  };
}

function served(
  domain: Domain,
  { target, hostnames }: Serving,
): Pick<AnswerOf<typeof domainAnswer>, "status" | "records" | "problem"> {
  const { hostname, verifiedAtMs } = domain;
  const known = verifiedAtMs === null ? undefined : hostnames.get(hostname);
  return {
    status: verifiedAtMs === null ? "pending" : known?.isActive === true ? "active" : "pending_tls",
    records: [
      proofRecordOf(domain),
      { type: "CNAME", name: hostname, value: target },
      ...(known?.records ?? []),
    ],
    problem: known?.problem ?? null,
  };
}
