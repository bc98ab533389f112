import { atOnce, type Attack } from "./attack.ts";

/** Each code another, and each address below its own limit. */
export const scan: Attack = {
  name: "scan of unknown codes from many addresses",
  prepare(target) {
    let n = 0;
    return Promise.resolve(() =>
      atOnce(10, () => {
        n += 1;
        const from = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
        return target.get(`/unknown-${n}`, { from });
      }),
    );
  },
};
