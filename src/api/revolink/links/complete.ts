/** Completes requested links with what must be looked up (tags) or fetched (logos). */

import { type Database, databaseOf } from "../../../db/database.ts";
import { labelStore } from "../../../links/labels.ts";
import type { LinkFields } from "../../../links/link.ts";
import { qrCompleter, type CompleteQrSettings } from "../../../links/qr/complete-settings.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import { outboundPolicyOf } from "../../shared/link-request.ts";
import { parseQrSettings, qrFault } from "../../shared/wire/qr.ts";
import type { RevolinkContext } from "../environment.ts";
import { type RevolinkRefusal, toRefusal } from "../errors.ts";
import type { Wanted } from "./translate.ts";

/** Returns a requested link's complete fields; `before` holds the current look of its QR code. */
export type Complete = <Fields extends LinkFields>(
  wanted: Wanted<Fields>,
  before?: QrSettings | null,
) => Promise<Result<Fields, RevolinkRefusal>>;

/** Prepares for the links of one request: tags are read once, and each logo is fetched once. */
export async function completerFor(
  c: RevolinkContext,
  all: readonly Wanted<LinkFields>[],
): Promise<Complete> {
  const anyTags = all.some(({ tagIds = [] }) => tagIds.length > 0);
  const { workspace } = c.get("access");
  const names = anyTags ? await tagNames(databaseOf(c.env.DB), workspace.id) : new Map();
  const complete = qrCompleter(outboundPolicyOf(c));
  return async ({ fields, tagIds, qrSettings }, before = null) => {
    const tags = tagIds?.map((tagId) => names.get(tagId));
    const unknown = tags?.indexOf(undefined) ?? -1;
    if (unknown !== -1) return err({ reason: "tag_unknown", tagId: tagIds?.[unknown] ?? "" });
    const look = await readQrSettings(qrSettings, before, complete);
    if (!look.ok) return look;
    return ok({ ...fields, tags, qrSettings: look.value });
  };
}

async function tagNames(db: Database, workspaceId: number): Promise<ReadonlyMap<string, string>> {
  const tags = await labelStore(db, "tag", workspaceId).list();
  return new Map(tags.map(({ uuid, name }) => [objectIdOf(uuid), name]));
}

async function readQrSettings(
  raw: unknown,
  before: QrSettings | null,
  complete: CompleteQrSettings,
): Promise<Result<QrSettings | null | undefined, RevolinkRefusal>> {
  if (raw === undefined || raw === null) return ok(raw);
  const draft = parseQrSettings(raw, before ?? undefined);
  if (!draft.ok) return err(toRefusal(draft.error));
  const settings = await complete(draft.value);
  return settings.ok ? settings : err(toRefusal(qrFault(settings.error)));
}
