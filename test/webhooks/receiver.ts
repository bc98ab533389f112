/** Endpoints at the receiver that vitest's global setup started on this machine. */

import { inject } from "vitest";

import type { ReceivedPost } from "../support/received-post.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly receiver: string;
  }
}

export interface Box {
  /** Answers according to its path; see `e2e/support/receiver.ts`. */
  readonly url: string;
  posts(): Promise<ReceivedPost[]>;
}

/** Makes a separate address that gives these answers in turn, then repeats the last one. */
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
