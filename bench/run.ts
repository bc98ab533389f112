/** `npm run bench -- NAME`: runs one bench; what follows its name goes to it. */

import { main, Trouble } from "../tools/trouble.ts";

const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  api: () => import("./api.ts"),
  cost: () => import("./cost.ts"),
  links: async () => (await import("./links-at-bounds.ts")).benchLinksAtBounds(),
  hostile: () => import("./hostile.ts"),
  redirect: () => import("./redirect.ts"),
  report: () => import("./report.ts"),
  rules: () => import("./rules.ts"),
  scale: () => import("./scale.ts"),
  start: () => import("./start.ts"),
  webhooks: () => import("./webhooks.ts"),
};

await main(async () => {
  // Taken out, so that a bench reads its own options and nothing else.
  const [name = ""] = process.argv.splice(2, 1);
  const run = BENCHES[name];
  if (run === undefined) {
    throw new Trouble(`npm run bench -- NAME, where NAME is ${Object.keys(BENCHES).join(", ")}.`);
  }
  await run();
});
