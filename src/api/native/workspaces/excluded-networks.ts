/** Networks whose clicks a workspace does not count, managed by its managers in a browser session. */

import * as z from "zod";

import type { WorkspaceContext } from "../../../access/context.ts";
import { databaseOf } from "../../../db/database.ts";
import { excludedNetworks as networkTable } from "../../../db/schema/index.ts";
import {
  excludeNetwork,
  type ExcludedNetwork,
  excludedNetworkStore,
  includeNetwork,
} from "../../../workspaces/excluded-networks.ts";
import { nowOf } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { unlessEmpty } from "../../shared/plain-values.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { CONTROL } from "../../shared/text.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf } from "../request.ts";
import { isoOf } from "../wire-values.ts";
import type { excludedNetwork } from "./answers.ts";

const NETWORK_LENGTH_MAX = 100;
const NOTE_LENGTH_MAX = 100;

const newNetwork = z.object({
  /** An address, or a range such as `203.0.113.0/24`; by default the sender's own address. */
  network: unlessEmpty(
    z
      .string({ error: "network must be a text" })
      .max(NETWORK_LENGTH_MAX, `network must be at most ${NETWORK_LENGTH_MAX} characters`),
  ),
  note: unlessEmpty(
    z
      .string({ error: "note must be a text, or null" })
      .max(NOTE_LENGTH_MAX, `note must be at most ${NOTE_LENGTH_MAX} characters`)
      .refine((note) => !CONTROL.test(note), "note must not contain control characters")
      .nullable(),
  ),
});

export const excludedNetworkOperations = {
  listExcludedNetworks: operation({
    method: "GET",
    path: "/workspaces/:id/excluded-networks",
    requires: { who: "session" },
    inWorkspace: "manager",
    answer: async (c) => c.json((await storeOf(c).list()).map(wireExcludedNetwork)),
  }),
  excludeNetwork: operation({
    method: "POST",
    path: "/workspaces/:id/excluded-networks",
    requires: { who: "session" },
    inWorkspace: "manager",
    body: { schema: newNetwork, optional: true },
    async answer(c, { body }) {
      // Without one, it is where the request comes from.
      const network = body.network ?? c.req.header("CF-Connecting-IP") ?? "";
      const given = { network, note: body.note ?? null };
      const { workspace } = c.get("membership");
      const once = onceRequestOf(c, `POST /api/workspaces/${workspace.uuid}/excluded-networks`);
      const excluded = await runOnce(
        { ...once, db: databaseOf(c.env.DB), body },
        {
          table: networkTable,
          change: (alongside) => excludeNetwork(contextOf(c), given, alongside),
          rebuild: async (ids) => (await storeOf(c).findByIds(ids))[0] ?? null,
        },
      );
      if (!excluded.ok) return refuse(c, excluded.error);
      if (excluded.value.replayed) c.header("Idempotent-Replayed", "true");
      return c.json(wireExcludedNetwork(excluded.value.value), 201);
    },
  }),
  includeNetwork: operation({
    method: "DELETE",
    path: "/workspaces/:id/excluded-networks/:networkId",
    requires: { who: "session" },
    inWorkspace: "manager",
    async answer(c) {
      const id = uuidOf(c, "networkId");
      const included = await includeNetwork(contextOf(c), id);
      return included.ok ? c.json({ success: true, id }) : refuse(c, included.error);
    },
  }),
};

/** Converts an excluded network, of which nobody can be told more. */
export function wireExcludedNetwork({
  uuid,
  bits,
  note,
  createdAtMs,
}: ExcludedNetwork): AnswerOf<typeof excludedNetwork> {
  return { id: uuid, note, prefixLength: bits, createdAt: isoOf(createdAtMs) };
}

function contextOf(c: NativeContext): WorkspaceContext {
  return { env: c.env, workspace: c.get("membership").workspace, nowMs: nowOf(c) };
}

function storeOf(c: NativeContext) {
  return excludedNetworkStore(databaseOf(c.env.DB), c.get("membership").workspace.id);
}
