/** What the documents say of tokens. */

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { done } from "../answers.ts";
import { newToken } from "./answers.ts";
import type { tokenOperations } from "./operations.ts";

export const tokenReference: ReferenceOf<typeof tokenOperations> = {
  generateToken: {
    summary: "Generate a token",
    description:
      "Makes a token with the scopes of the one that asks, which it does not outlive. At most five an hour in total.",
    answers: { 201: newToken },
    example: {
      answer: {
        success: true,
        api_token: "abc123...",
        expires_at: "2027-03-12T00:00:00Z",
        message:
          "API token generated successfully. Store this token securely - it will not be shown again.",
      },
    },
  },
  revokeToken: {
    summary: "Revoke the token",
    description: "Ends the token that asks, on any plan. Tokens that it made stay valid.",
    answers: { 200: done },
    example: { answer: { success: true, message: "API token revoked successfully" } },
  },
};

export const tokenResources: readonly Resource[] = [
  {
    title: "Tokens",
    description: "A token renews itself: it makes the next one, and is then revoked.",
    operations: ["generateToken", "revokeToken"],
  },
];
