/** Endpoints at the receiver that vitest's global setup started on this machine. */

import { inject } from "vitest";

import type { ReceivedPost } from "../support/received-post.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly receiver: string;
  }
}

export interface Box {
  /** Answers as its plan says; see `e2e/support/receiver.ts`. */
  readonly url: string;
  posts(): Promise<ReceivedPost[]>;
}

/** Makes an address of its own that gives these answers in turn, the last one for ever. */
export function newBox(...answers: readonly (number | string)[]): Box {
  const box = `${inject("receiver")}/box-${crypto.randomUUID()}`;
  return {
    url: `${box}/${answers.length === 0 ? "200" : answers.join(",")}`,
    async posts() {
      const response = await fetch(box);
      return response.json();
    },
  };
}
