/** The requests about workspaces, their members and invitations. */

import * as z from "zod";

import { ROLES } from "../../../access/access.ts";
import { email, name } from "../contract.ts";

const CLICK_RETENTION_DAYS_MAX = 3_650;
const ATTRIBUTION_WINDOW_DAYS_MAX = 365;

export const newWorkspace = z.object({
  name,
  /** `eu` stores its clicks in the European Union alone. It cannot be changed. */
  jurisdiction: z.literal("eu", { error: 'jurisdiction must be "eu" or null' }).nullish(),
});

export const workspaceChanges = z.object({
  name: name.optional(),
  /** How many days each click is kept; counts stay. Null is the installation's own period. */
  clickRetentionDays: days("clickRetentionDays", 0, CLICK_RETENTION_DAYS_MAX),
  /** How many days after a click a conversion is attributed to it. */
  attributionWindowDays: days("attributionWindowDays", 1, ATTRIBUTION_WINDOW_DAYS_MAX),
});

function days(field: string, from: number, to: number) {
  const error = `${field} must be a whole number from ${from} to ${to}, or null`;
  return z.int({ error }).min(from, error).max(to, error).nullish();
}

export const newMember = z.object({
  email,
  role: z.enum(["manager", "member"], {
    error: "role must be manager or member: an owner is made of a member",
  }),
});

export const newRole = z.object({
  role: z.enum(ROLES, { error: `role must be one of ${ROLES.join(", ")}` }),
});
