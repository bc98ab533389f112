/** `npm run deploy`: brings an installation on Cloudflare to this version. See docs/deploy.md. */

import { setTimeout as sleep } from "node:timers/promises";

import { main } from "../tools/trouble.ts";
import { ROOT } from "../tools/wrangler.ts";
import { askStatus } from "./deploy/health.ts";
import { wranglerPublisher } from "./deploy/publisher.ts";
import { deploy } from "./deploy/run.ts";

await main(async () => {
  await deploy(process.argv.slice(2), {
    root: ROOT,
    env: process.env,
    say: (text) => console.info(text),
    sleep: async (ms) => await sleep(ms),
    statusOf: askStatus,
    publisherFor: wranglerPublisher,
  });
});
