/**
 * The native API's responses as types, for clients written in TypeScript. Imports types only, so
 * that none of the Worker's code comes with them.
 */

import type { wireToken } from "./account/translate.ts";
import type { wireDeadLetter } from "./admin/translate.ts";
import type { wireOverview, wireReport } from "./analytics/translate.ts";
import type { wireDomain, wireWholeDomain } from "./domains/translate.ts";
import type { wireGoal } from "./goals/translate.ts";
import type { wireCollection, wireTag } from "./labels/translate.ts";
import type { wireSimulation } from "./links/simulate.ts";
import type { wireImport, wireLink, wireListedLink, wireVariant } from "./links/translate.ts";
import type { wireDelivery, wireWebhook } from "./webhooks/translate.ts";
import type { wireExcludedNetwork } from "./workspaces/excluded-networks.ts";
import type {
  wireInvitation,
  wireMember,
  wireMyInvitation,
  wireSettings,
  wireWorkspace,
} from "./workspaces/translate.ts";

export type WireCollection = ReturnType<typeof wireCollection>;
export type WireDeadLetter = ReturnType<typeof wireDeadLetter>;
export type WireDelivery = ReturnType<typeof wireDelivery>;
export type WireDomain = ReturnType<typeof wireWholeDomain>;
export type WireExcludedNetwork = ReturnType<typeof wireExcludedNetwork>;
export type WireGoal = ReturnType<typeof wireGoal>;
export type WireImport = ReturnType<typeof wireImport>;
export type WireInvitation = ReturnType<typeof wireInvitation>;
export type WireLink = ReturnType<typeof wireLink>;
export type WireListedDomain = ReturnType<typeof wireDomain>;
export type WireListedLink = ReturnType<typeof wireListedLink>;
export type WireMember = ReturnType<typeof wireMember>;
export type WireMyInvitation = ReturnType<typeof wireMyInvitation>;
export type WireOverview = ReturnType<typeof wireOverview>;
export type WireReport = ReturnType<typeof wireReport>;
export type WireSettings = ReturnType<typeof wireSettings>;
export type WireSimulation = ReturnType<typeof wireSimulation>;
export type WireTag = ReturnType<typeof wireTag>;
export type WireToken = ReturnType<typeof wireToken>;
export type WireVariant = ReturnType<typeof wireVariant>;
export type WireWebhook = ReturnType<typeof wireWebhook>;
export type WireWorkspace = ReturnType<typeof wireWorkspace>;
