import { atOnce, type Attack } from "./attack.ts";

/** Just below the limit of Cloudflare for a URL. */
const PARAMETERS = 8_000;

export const longQuery: Attack = {
  name: "16 KB of query on a link that forwards it",
  async prepare(target) {
    const code = await target.createLink({ forwardQuery: true });
    const query = Array.from({ length: PARAMETERS }, () => "a").join("&");
    return () => atOnce(10, () => target.get(`/${code}?${query}`));
  },
};
