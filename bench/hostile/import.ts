import type { Attack } from "./attack.ts";

const ENDPOINTS = 25;
const ROWS = 10_000;

/** Each row is an event for each endpoint. */
export const importWithEndpoints: Attack = {
  name: "import of 10,000 rows, 25 endpoints",
  async prepare(target) {
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const json = { url: `${target.sink}/${n}`, events: ["link.created"] };
      const answer = await target.call("POST", "/api/webhooks", { json });
      if (answer.status !== 201) throw new Error(`No endpoint: ${answer.status} ${answer.text}`);
    }
    return async () => {
      const rows = Array.from({ length: ROWS }, (_, n) => `https://example.com/${n}`);
      const csv = `destination_url\n${rows.join("\n")}\n`;
      const { status } = await target.call("POST", "/api/links/import", { csv });
      return [status];
    };
  },
};
