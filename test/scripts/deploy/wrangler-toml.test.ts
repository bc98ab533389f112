/** Facts about wrangler.toml that no other test would miss. */

import { readFileSync } from "node:fs";
import path from "node:path";

import { parse } from "smol-toml";
import { describe, it } from "vitest";

import { readTemplate } from "../../../scripts/deploy/template.ts";
import { parseQueueRole } from "../../../src/platform/queue-role.ts";

const TEXT = readFileSync(path.join(import.meta.dirname, "../../../wrangler.toml"), "utf8");
const TOML = parse(TEXT);

describe("wrangler.toml", () => {
  it("sends a fetch to the operator's own zone through Access and WAF", ({ expect }) => {
    expect(TOML["compatibility_flags"]).toContain("global_fetch_strictly_public");
  });

  it("opens no second door on workers.dev", ({ expect }) => {
    expect(TOML).toMatchObject({ workers_dev: false, preview_urls: false });
  });

  it("keeps every error in the logs, and no query string", ({ expect }) => {
    expect(TOML["observability"]).toMatchObject({
      head_sampling_rate: 1,
      redact_query_string: true,
      logs: { invocation_logs: false },
    });
  });

  it("limits CPU time on purpose, and updates objects soon after the Worker", ({ expect }) => {
    expect(TOML["limits"]).toEqual({ cpu_ms: 60_000 });
    expect(TOML["durable_objects"]).toMatchObject({
      code_update_strategy: { mode: "deferred", max_delay: 30 },
    });
  });

  it("names queues whose role the Worker reads from the end", ({ expect }) => {
    const { queues } = readTemplate(TEXT);
    expect(queues.length).toBe(5);
    for (const queue of queues) expect(queue).toBe(`signpost-${parseQueueRole(queue)}`);
  });

  it("has only placeholders for ids", ({ expect }) => {
    expect(readTemplate(TEXT)).toMatchObject({ databaseId: null, namespaceId: null });
  });
});
