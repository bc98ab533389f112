/** What the documents say of workspaces, members and invitations. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { deleted } from "../answers.ts";
import {
  excludedNetwork,
  invitation,
  member,
  myInvitation,
  newInvitation,
  workspace,
  workspaceSettings,
} from "./answers.ts";
import type { excludedNetworkOperations } from "./excluded-networks.ts";
import type { invitationOperations } from "./invitations.ts";
import type { memberOperations } from "./members.ts";
import type { workspaceOperations } from "./operations.ts";

const WORKSPACE = {
  id: "b6c8a1de-2f3b-4c5d-8e9f-0a1b2c3d4e5f",
  objectId: "b6c8a1de2f3b4c5d8e9f0a1b",
  name: "Marketing",
  role: "owner",
};
const SETTINGS = {
  ...WORKSPACE,
  plan: "pro",
  jurisdiction: null,
  clickRetentionDays: null,
  attributionWindowDays: 30,
};
const BOB = "2a9d4c5e-6f70-4812-93a4-b5c6d7e8f901";
const INVITATION = {
  id: "9e8d7c6b-5a49-4382-9716-0504f3e2d1c0",
  role: "member",
  expiresAt: "2026-05-11T10:00:00.000Z",
};
const NETWORK = {
  id: "c0ffee00-1234-4abc-8def-0123456789ab",
  note: "Office",
  prefixLength: 24,
  createdAt: "2026-05-04T10:00:00.000Z",
};
const UNKNOWN = "There is no such workspace, or you are not a member of it.";

export const workspaceReference: ReferenceOf<
  typeof workspaceOperations &
    typeof memberOperations &
    typeof invitationOperations &
    typeof excludedNetworkOperations
> = {
  listWorkspaces: {
    summary: "List workspaces",
    description: "The workspaces that you are a member of, your own first.",
    answers: { 200: z.array(workspace) },
    example: { answer: [WORKSPACE] },
  },
  createWorkspace: {
    summary: "Create a workspace",
    answers: { 201: workspace },
    fails: { 403: "You own as many workspaces as your plan allows." },
    headers: ["Idempotency-Key"],
    example: { body: { name: "Marketing" }, answer: { ...WORKSPACE, plan: "pro" } },
  },
  getWorkspace: {
    summary: "Show a workspace",
    answers: { 200: workspaceSettings },
    fails: { 404: UNKNOWN },
    example: { params: { id: WORKSPACE.id }, answer: SETTINGS },
  },
  updateWorkspace: {
    summary: "Change a workspace",
    description: "Fields that are left out keep their value; null brings the default back.",
    answers: { 200: workspaceSettings },
    fails: { 404: UNKNOWN },
    example: {
      params: { id: WORKSPACE.id },
      body: { attributionWindowDays: 7 },
      answer: { ...SETTINGS, attributionWindowDays: 7 },
    },
  },
  deleteWorkspace: {
    summary: "Delete a workspace",
    description: "Deletes its links, its numbers and all else in it, for good.",
    answers: { 200: deleted },
    fails: { 404: UNKNOWN, 409: "It is somebody's own workspace, which goes with the account." },
    example: { params: { id: WORKSPACE.id }, answer: { success: true, id: WORKSPACE.id } },
  },
  listMembers: {
    summary: "List members",
    answers: { 200: z.array(member) },
    fails: { 404: UNKNOWN },
    example: {
      params: { id: WORKSPACE.id },
      answer: [{ id: BOB, userId: BOB, email: "bob@example.com", role: "member" }],
    },
  },
  inviteMember: {
    summary: "Invite somebody",
    description:
      "Makes an invitation for this address, which only its owner can accept. The answer is alike for addresses with and without an account.",
    answers: { 201: newInvitation },
    fails: {
      404: UNKNOWN,
      409: "Who has this address is a member already.",
    },
    example: {
      params: { id: WORKSPACE.id },
      body: { email: "bob@example.com", role: "member" },
      answer: {
        invitation: {
          ...INVITATION,
          email: "bob@example.com",
          url: "https://go.example.com/app/invitations/f3J0c2VjcmV0",
        },
      },
    },
  },
  changeRole: {
    summary: "Change a member's role",
    answers: { 200: member },
    fails: {
      403: "The person owns as many workspaces as their plan allows.",
      404: "There is no such workspace or member.",
      409: "The workspace would have no owner, or it is the person's own.",
    },
    example: {
      params: { id: WORKSPACE.id, memberId: BOB },
      body: { role: "manager" },
      answer: { id: BOB, userId: BOB, email: "bob@example.com", role: "manager" },
    },
  },
  removeMember: {
    summary: "Remove a member",
    description: "Every member may leave; owners remove others.",
    answers: { 200: deleted },
    fails: {
      404: "There is no such workspace or member.",
      409: "The workspace would have no owner, or it is the person's own.",
    },
    example: {
      params: { id: WORKSPACE.id, memberId: BOB },
      answer: { success: true, id: BOB },
    },
  },
  listInvitations: {
    summary: "List open invitations",
    answers: { 200: z.array(invitation) },
    fails: { 404: UNKNOWN },
    example: {
      params: { id: WORKSPACE.id },
      answer: [{ ...INVITATION, email: "bob@example.com" }],
    },
  },
  withdrawInvitation: {
    summary: "Withdraw an invitation",
    answers: { 200: deleted },
    fails: { 404: "There is no such workspace or invitation." },
    example: {
      params: { id: WORKSPACE.id, invitationId: INVITATION.id },
      answer: { success: true, id: INVITATION.id },
    },
  },
  listMyInvitations: {
    summary: "List invitations to you",
    answers: { 200: z.array(myInvitation) },
    example: { answer: [{ ...INVITATION, workspace: { name: "Marketing" } }] },
  },
  listExcludedNetworks: {
    summary: "List networks that are not counted",
    answers: { 200: z.array(excludedNetwork) },
    fails: { 404: UNKNOWN },
    example: { params: { id: WORKSPACE.id }, answer: [NETWORK] },
  },
  excludeNetwork: {
    summary: "Leave a network out of the counts",
    description:
      "An address or a range in CIDR. Without `network` it is the address that the request comes from.",
    answers: { 201: excludedNetwork },
    fails: { 404: UNKNOWN, 409: "The network is on the list already." },
    headers: ["Idempotency-Key"],
    example: {
      params: { id: WORKSPACE.id },
      body: { network: "203.0.113.0/24", note: "Office" },
      answer: NETWORK,
    },
  },
  includeNetwork: {
    summary: "Count a network again",
    answers: { 200: deleted },
    fails: { 404: "There is no such workspace or network." },
    example: {
      params: { id: WORKSPACE.id, networkId: NETWORK.id },
      answer: { success: true, id: NETWORK.id },
    },
  },
  acceptInvitation: {
    summary: "Accept an invitation",
    answers: { 200: workspace },
    fails: {
      403: "The plan's number of members is reached.",
      404: "There is no such invitation to you.",
      409: "You are a member already.",
    },
    params: { invitation: "The id of an invitation to you, or the secret of its link." },
    example: {
      params: { invitation: INVITATION.id },
      answer: { ...WORKSPACE, plan: "pro", role: "member" },
    },
  },
  declineInvitation: {
    summary: "Decline an invitation",
    answers: { 200: deleted },
    fails: { 404: "There is no such invitation to you." },
    params: { invitation: "The id of an invitation to you." },
    example: {
      params: { invitation: INVITATION.id },
      answer: { success: true, id: INVITATION.id },
    },
  },
};

export const workspaceResources: readonly Resource[] = [
  {
    title: "Workspaces",
    description:
      "Links, numbers and all else belong to a workspace. A request acts in the token's home workspace, or in the one that the header `Signpost-Workspace` names by its id.",
    operations: [
      "listWorkspaces",
      "createWorkspace",
      "getWorkspace",
      "updateWorkspace",
      "deleteWorkspace",
    ],
  },
  {
    title: "Networks that are not counted",
    description: "Addresses whose clicks are recorded as excluded, such as an office's own.",
    operations: ["listExcludedNetworks", "excludeNetwork", "includeNetwork"],
  },
  {
    title: "Members",
    description: "People in a workspace, each with a role. Nobody is added without accepting.",
    operations: [
      "listMembers",
      "inviteMember",
      "changeRole",
      "removeMember",
      "listInvitations",
      "withdrawInvitation",
      "listMyInvitations",
      "acceptInvitation",
      "declineInvitation",
    ],
  },
];
