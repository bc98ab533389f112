/** Tags and collections: names that a workspace gives to its links. */

import { sql } from "drizzle-orm";

import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Plan } from "../config.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { collections, tags } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { labelKey } from "./label-key.ts";
import type { Label } from "./link.ts";

export type LabelKind = "tag" | "collection";

const TABLES = { tag: tags, collection: collections } as const;

export interface LabelTaken {
  readonly reason: "label_taken";
  readonly kind: LabelKind;
  readonly name: string;
}

export interface LabelNotFound {
  readonly reason: "label_not_found";
  readonly kind: LabelKind;
}

export type LabelRefusal = LabelTaken | LabelNotFound;

/** Returns the labels of one kind in one workspace. Names must already be trimmed. */
export function labelStore(db: Database, kind: LabelKind, workspaceId: number) {
  const table = TABLES[kind];

  return {
    /** Sorted by name. */
    async list(): Promise<Label[]> {
      return db.all<Label>(
        sql`select id, uuid, name from ${table} where workspace_id = ${workspaceId} order by name`,
      );
    },

    async findByIds(ids: readonly number[]): Promise<Label[]> {
      return db.all<Label>(sql`
        select id, uuid, name from ${table} where workspace_id = ${workspaceId}
          and id in (select value from json_each(${JSON.stringify(ids)}))`);
    },

    async create(
      name: string,
      { plan, nowMs }: { readonly plan: Plan; readonly nowMs: number },
      alongside?: Alongside,
    ): Promise<Result<Label, LabelTaken | QuotaExceeded>> {
      const uuid = crypto.randomUUID();
      const key = labelKey(name);
      const limit = kind === "tag" ? PLANS[plan].tagsMax : PLANS[plan].collectionsMax;
      const used = sql`(select count(*) from ${table} where workspace_id = ${workspaceId})`;
      const insert = db.all<Label>(sql`
        insert into ${table} (uuid, workspace_id, name, name_key, created_at_ms)
        select ${uuid}, ${workspaceId}, ${name}, ${key}, ${nowMs} where ${used} < ${limit}
        on conflict (workspace_id, name_key) do nothing returning id, uuid, name`);
      const known = db.all<{ taken: 0 | 1; used: number }>(sql`
        select exists (
          select 1 from ${table} where workspace_id = ${workspaceId} and name_key = ${key}
        ) as taken, ${used} as used`);
      const [[label], [now]] = await batchAround(db, [], [insert, known], alongside?.([uuid]));
      if (label !== undefined) return ok(label);
      return now === undefined || now.taken === 1
        ? err({ reason: "label_taken", kind, name })
        : err(exceeded(`${kind}s`, plan, limit, now.used));
    },

    /**
     * Renames a label. Links show the new name at once; their versions stay, since no redirect
     * changes.
     */
    async rename(uuid: string, name: string): Promise<Result<Label, LabelRefusal>> {
      const key = labelKey(name);
      const [label] = await db.all<Label>(sql`
        update ${table} set name = ${name}, name_key = ${key}
        where workspace_id = ${workspaceId} and uuid = ${uuid} and not exists (
          select 1 from ${table} as other
          where other.workspace_id = ${workspaceId} and other.name_key = ${key} and other.uuid <> ${uuid}
        ) returning id, uuid, name`);
      if (label !== undefined) return ok(label);
      const [known] = await db.all(
        sql`select 1 from ${table} where workspace_id = ${workspaceId} and uuid = ${uuid}`,
      );
      return err(
        known === undefined
          ? { reason: "label_not_found", kind }
          : { reason: "label_taken", kind, name },
      );
    },

    /** Deletes a label and removes it from its links, which stay. */
    async delete(uuid: string): Promise<Result<Label, LabelNotFound>> {
      const [label] = await db.all<Label>(sql`
        delete from ${table} where workspace_id = ${workspaceId} and uuid = ${uuid}
        returning id, uuid, name`);
      return label === undefined ? err({ reason: "label_not_found", kind }) : ok(label);
    },
  };
}
