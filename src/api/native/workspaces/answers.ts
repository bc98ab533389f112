/** Workspaces, members and invitations as the API shows them. */

import * as z from "zod";

import { ROLES } from "../../../access/access.ts";
import { PLANS } from "../../../access/plans.ts";
import type { Plan } from "../../../config.ts";
import { objectId, time } from "../answers.ts";

const role = z.enum(ROLES);
export const plan = z.enum(Object.keys(PLANS) as [Plan, ...Plan[]]);

/** A workspace, as a member of it sees it. */
export const workspace = z.strictObject({
  id: z.string(),
  /** The workspace's id in the RevoLink API: the first 24 hexadecimal digits of `id`. */
  objectId,
  name: z.string(),
  /** Shown to sessions only. */
  plan: plan.optional(),
  /** Your role in it. */
  role,
});

/** A workspace with its settings. */
export const workspaceSettings = workspace.extend({
  /** `eu` if its clicks are stored in the European Union alone; null for anywhere. */
  jurisdiction: z.literal("eu").nullable(),
  /** How many days each click is kept; counts stay. Null is the installation's own period. */
  clickRetentionDays: z.int().nullable(),
  /** How many days after a click a conversion is attributed to it. */
  attributionWindowDays: z.int(),
});

/** A member of a workspace. */
export const member = z.strictObject({
  /** The same as `userId`: a person is a member once. */
  id: z.string(),
  userId: z.string(),
  email: z.string(),
  role,
});

/** An open invitation, as the owners of the workspace see it. */
export const invitation = z.strictObject({
  id: z.string(),
  email: z.string(),
  role,
  expiresAt: time,
});

/** A new invitation. */
export const newInvitation = z.strictObject({
  invitation: invitation.extend({
    /** The link to send to the person. It is shown once. */
    url: z.url(),
  }),
});

/** An invitation to you. */
export const myInvitation = z.strictObject({
  id: z.string(),
  workspace: z.strictObject({ name: z.string() }),
  role,
  expiresAt: time,
});

/** A network whose clicks are not counted. Its address is kept as a keyed hash and never shown. */
export const excludedNetwork = z.strictObject({
  id: z.string(),
  note: z.string().nullable(),
  /** How many bits of an address belong to the network. */
  prefixLength: z.int(),
  createdAt: time,
});
