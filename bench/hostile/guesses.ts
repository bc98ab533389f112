import { atOnce, type Attack } from "./attack.ts";

const PEOPLE = 40;

export const guesses: Attack = {
  name: "passwords of a link from 40 addresses",
  hashes: true,
  async prepare(target) {
    let n = 0;
    return async () => {
      // A link of one's own has an allowance of its own.
      const code = await target.createLink({ password: "correct horse" });
      const guessed = await atOnce(PEOPLE, () => {
        n += 1;
        const from = `10.77.${(n >> 8) & 255}.${n & 255}`;
        return target.post(`/${code}`, { form: `password=guess-${n}`, from });
      });
      return guessed;
    };
  },
};
