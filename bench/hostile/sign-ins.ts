import { atOnce, type Attack } from "./attack.ts";

const PEOPLE = 40;

export const signIns: Attack = {
  name: "sign-ins from 40 addresses",
  hashes: true,
  prepare(target) {
    let n = 0;
    return Promise.resolve(() =>
      atOnce(PEOPLE, () => {
        n += 1;
        const json = { email: `nobody-${n}@example.com`, password: "wrong horse battery" };
        const from = `10.88.${(n >> 8) & 255}.${n & 255}`;
        const headers = { Origin: "http://localhost:8787" };
        return target.post("/api/auth/sign-in/email", { json, from, headers });
      }),
    );
  },
};
