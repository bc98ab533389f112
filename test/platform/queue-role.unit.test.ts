import { describe, it } from "vitest";

import { parseQueueRole } from "../../src/platform/queue-role.ts";

const QUEUES = ["clicks", "clicks-dead", "webhooks", "webhooks-slow", "webhooks-dead"];

describe("a queue's role", () => {
  it("is told by its name, whatever prefix it has", ({ expect }) => {
    for (const queue of QUEUES) {
      for (const prefix of ["", "acme-", "signpost-staging-", "clicks-", "webhooks-dead-"]) {
        expect(parseQueueRole(prefix + queue), prefix + queue).toBe(queue);
      }
    }
  });

  it.for([
    "",
    "orders",
    "acmeclicks",
    "clicks-",
    "clicks-slow",
    "acme-dead",
    "Clicks",
    "clicks-dead-letters",
  ])("is none of ours for the name %j", (name, { expect }) => {
    expect(parseQueueRole(name)).toBeNull();
  });
});
