import { atOnce, type Attack } from "./attack.ts";

const UTM_NAMES = 20;
const UTM_CHARS = 255;
const RULES = 100;

/** A link at the bounds: its record is made anew at each change, and again by whoever comes next. */
export const preparedLink: Attack = {
  name: "link at the bounds, changed and visited",
  async prepare(target) {
    const link = await target.call("POST", "/api/links", { json: largest() });
    if (link.status !== 201) throw new Error(`No link: ${link.status} ${link.text}`);
    const { id, shortCode } = JSON.parse(link.text) as Record<string, string>;
    let n = 0;
    return async () => {
      const json = { title: `Change ${(n += 1)}` };
      const changed = await target.call("PATCH", `/api/links/${id}`, { json });
      return [changed.status, ...(await atOnce(10, () => target.get(`/${shortCode}?a=1`)))];
    };
  },
};

/** As many parameters and rules as one link may have, within the size of its record. */
function largest(): object {
  const utmParams = Object.fromEntries(
    Array.from({ length: UTM_NAMES }, (_, n) => [`utm_${n}`, "x".repeat(UTM_CHARS / 3)]),
  );
  const rules = Array.from({ length: RULES }, (_, n) => ({
    targetUrl: `https://example.com/${n}`,
    country: ["DE", "FR"],
    browser: ["Brave"],
  }));
  return { destinationUrl: "https://example.com/landing", utmParams, rules, forwardQuery: true };
}
