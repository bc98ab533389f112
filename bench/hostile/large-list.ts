import { atOnce, type Attack } from "./attack.ts";

const LINKS = 200;
const BULK = 20;
const RULES = 100;

/** All links of a workspace at once, with all that each of them holds. */
export const largeList: Attack = {
  name: "GET /api/links of links with 100 rules",
  async prepare(target) {
    const rules = Array.from({ length: RULES }, (_, n) => ({
      targetUrl: `https://example.com/${"r".repeat(100)}/${n}`,
      country: ["DE", "FR", "IT"],
    }));
    const link = { destinationUrl: "https://example.com/", rules };
    for (let made = 0; made < LINKS; made += BULK) {
      const json = { links: Array.from({ length: BULK }, () => link) };
      const answer = await target.call("POST", "/api/links/bulk", { json });
      if (answer.status !== 200) throw new Error(`No links: ${answer.status} ${answer.text}`);
    }
    return () => atOnce(4, () => target.call("GET", "/api/links?fields=rules,abTest,qrSettings"));
  },
};
