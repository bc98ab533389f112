import { encode } from "fast-png";

import { dataUrlOf } from "../../src/links/qr/logo.ts";
import { atOnce, type Attack } from "./attack.ts";

const LOGO_SIDE = 1_024;

/** Codes that are not drawn yet, as each wave changes their link, in the largest size. */
export const qrCodes: Attack = {
  name: "qr.png with a logo, from 20 addresses",
  async prepare(target) {
    const look = { useLogo: true, logo: logo(), color: "#000000" };
    const created = await target.call("POST", "/api/links", {
      json: { destinationUrl: "https://example.com/", qrSettings: look },
    });
    if (created.status !== 201) throw new Error(`No link: ${created.status} ${created.text}`);
    const { id, shortCode } = JSON.parse(created.text) as Record<string, string>;
    let n = 0;
    return async () => {
      const color = `#0000${((n += 1) % 100).toString().padStart(2, "0")}`;
      const changed = await target.call("PATCH", `/api/links/${id}`, {
        json: { qrSettings: { color } },
      });
      const drawn = await atOnce(20, (at) =>
        target.get(`/${shortCode}/qr.png?size=2048`, { from: `203.0.113.${at}` }),
      );
      return [changed.status, ...drawn];
    };
  },
};

function logo(): string {
  const data = new Uint16Array(LOGO_SIDE * LOGO_SIDE * 4);
  for (let at = 0; at < data.length; at += 1) data[at] = ((at * 7) % 250) * 257;
  const bytes = encode({ width: LOGO_SIDE, height: LOGO_SIDE, data, channels: 4, depth: 16 });
  return dataUrlOf({ type: "image/png", bytes });
}
