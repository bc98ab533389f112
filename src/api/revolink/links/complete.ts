/** Completes requested links with what must be looked up (tags) or fetched (logos). */

import { type Database, databaseOf } from "../../../db/database.ts";
import { labelStore } from "../../../links/labels.ts";
import type { LinkFields } from "../../../links/link.ts";
import { completeQrSettings } from "../../../links/qr/fetch-logo.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import type { OutboundPolicy } from "../../../platform/safe-fetch.ts";
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

/** Limited because each address costs up to three requests, and all wait for the slowest. */
const LOGO_ADDRESSES_MAX = 20;

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
    const look = await complete(qrSettings, before);
    if (!look.ok) return look;
    return ok({ ...fields, tags, qrSettings: look.value });
  };
}

async function tagNames(db: Database, workspaceId: number): Promise<ReadonlyMap<string, string>> {
  const tags = await labelStore(db, "tag", workspaceId).list();
  return new Map(tags.map(({ uuid, name }) => [objectIdOf(uuid), name]));
}

function qrCompleter(policy: OutboundPolicy) {
  const fetched = new Map<string, ReturnType<typeof completeQrSettings>>();

  return async (
    raw: unknown,
    before: QrSettings | null,
  ): Promise<Result<QrSettings | null | undefined, RevolinkRefusal>> => {
    if (raw === undefined || raw === null) return ok(raw);
    const draft = parseQrSettings(raw, before ?? undefined);
    if (!draft.ok) return err(toRefusal(draft.error));
    const { logoUrl, ...settings } = draft.value;
    if (logoUrl === null) return ok(settings);
    const known = fetched.get(logoUrl);
    if (known === undefined && fetched.size === LOGO_ADDRESSES_MAX) {
      const sentence = `qrSettings.logo must be one of at most ${LOGO_ADDRESSES_MAX} addresses in one call.`;
      return err({ reason: "field_refused", sentence });
    }
    const fetching = known ?? completeQrSettings(draft.value, policy);
    fetched.set(logoUrl, fetching);
    const complete = await fetching;
    return complete.ok
      ? ok({ ...settings, logo: complete.value.logo })
      : err(toRefusal(qrFault(complete.error)));
  };
}
