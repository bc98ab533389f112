import { atOnce, type Attack } from "./attack.ts";

const DEPTH = 30_000;

export const deepJson: Attack = {
  name: "JSON of 60 KB nested 30,000 deep",
  prepare(target) {
    const raw = "[".repeat(DEPTH) + "]".repeat(DEPTH);
    return Promise.resolve(() => atOnce(10, () => target.call("POST", "/api/links", { raw })));
  },
};
