/** What an account has of an installation. */

import type { Row } from "./client.ts";

export interface Found {
  readonly accountId: string;
  readonly plan: "free" | "paid" | "unknown";
  /** The account's name on workers.dev. */
  readonly subdomain: string | null;
  readonly worker: Worker | null;
  readonly database: Database | null;
  readonly namespace: Placed | null;
  readonly queues: readonly Queue[];
  /** The hosts that are attached to the Worker. */
  readonly attached: readonly { readonly id: string; readonly hostname: string }[];
}

export interface Worker {
  readonly bindings: readonly Row[];
  readonly vars: Readonly<Record<string, string>>;
  /** Their names: Cloudflare never shows their values. */
  readonly secrets: readonly string[];
}

export interface Placed {
  readonly id: string;
  readonly name: string;
  /** Undefined if the API does not say. */
  readonly jurisdiction: string | null | undefined;
}

export interface Database extends Placed {
  readonly tables: readonly string[];
  readonly hasAccounts: boolean;
}

export interface Queue extends Placed {
  readonly retentionSeconds: number | null;
  readonly settings: Row;
  /** The Workers that consume it; other kinds of consumers by their kind. */
  readonly consumers: readonly string[];
}
