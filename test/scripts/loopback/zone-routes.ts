/** The loopback API of accounts, zones, DNS records and the domains of Workers. */

import { Refusal, type Asked, type Route } from "./answer.ts";

export const zoneRoutes: readonly Route[] = [
  {
    method: "GET",
    path: /^\/accounts$/,
    answer: ({ account }) => [{ id: account.id, name: account.name }],
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/subscriptions$/,
    needs: "Billing Read",
    answer: ({ account }) =>
      account.plan === "paid" ? [{ rate_plan: { id: "workers_paid" } }] : [],
  },
  {
    method: "GET",
    path: /^\/zones$/,
    needs: "Zone Read",
    answer: ({ account, query }) =>
      account.zones
        .filter(({ name }) => name === query.get("name"))
        .map((zone) => ({ ...zone, status: "active", account: { id: account.id } })),
  },
  {
    method: "GET",
    path: /^\/zones\/(\w+)\/dns_records$/,
    needs: "DNS Read",
    answer: ({ account, params: [zone], query }) =>
      account.records.filter((record) => record.zone === zone && record.name === query.get("name")),
  },
  {
    method: "GET",
    path: /^\/zones\/(\w+)\/workers\/routes$/,
    needs: "Workers Routes Edit",
    answer: ({ account, params: [zone] }) => account.routes.filter((route) => route.zone === zone),
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/workers\/domains$/,
    needs: "Workers Scripts Edit",
    answer: ({ account, query }) =>
      account.domains.filter(
        ({ hostname, service }) =>
          (query.get("hostname") ?? hostname) === hostname &&
          (query.get("service") ?? service) === service,
      ),
  },
  {
    method: "PUT",
    path: /^\/accounts\/\w+\/workers\/domains$/,
    needs: "Workers Scripts Edit",
    answer: attach,
  },
  {
    method: "DELETE",
    path: /^\/accounts\/\w+\/workers\/domains\/([\w-]+)$/,
    needs: "Workers Scripts Edit",
    answer: ({ account, params: [id] }) => {
      const index = account.domains.findIndex((domain) => domain.id === id);
      if (index === -1) throw new Refusal(404, 10_007, "This domain does not exist");
      account.domains.splice(index, 1);
      return undefined;
    },
  },
];

/** Refuses what belongs to somebody else, unless the request says to override it. */
function attach({ account, body }: Asked): unknown {
  const hostname = String(body["hostname"]);
  const service = String(body["service"]);
  if (!account.scripts.has(service)) {
    throw new Refusal(404, 10_007, "This Worker does not exist on your account.");
  }
  const taken = account.domains.find((domain) => domain.hostname === hostname);
  if (taken !== undefined) {
    if (taken.service !== service && body["override_existing_origin"] !== true) {
      throw new Refusal(
        409,
        100_116,
        `Hostname '${hostname}' already in use by other custom domain.`,
      );
    }
    taken.service = service;
    return taken;
  }
  // No option removes a record that a person made.
  if (account.records.some(({ name, type }) => name === hostname && type !== "TXT")) {
    throw new Refusal(
      409,
      100_117,
      `Hostname '${hostname}' already has externally managed DNS records.`,
    );
  }
  const domain = { id: crypto.randomUUID(), hostname, service };
  account.domains.push(domain);
  return domain;
}
