import type { Attack } from "./attack.ts";

const LINKS = 100;

export const bulkPasswords: Attack = {
  name: "100 links with passwords in one call",
  hashes: true,
  prepare(target) {
    const link = { destinationUrl: "https://example.com/", password: "correct horse" };
    const json = { links: Array.from({ length: LINKS }, () => link) };
    return Promise.resolve(async () => {
      const { status } = await target.call("POST", "/api/links/bulk", { json });
      return [status];
    });
  },
};
