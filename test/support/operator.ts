/** The operator of the test runtime. */

import { env } from "cloudflare:workers";

import { secretOf } from "../../src/platform/secrets.ts";

export const ADMIN_TOKEN = await secretOf(env, "ADMIN_TOKEN");

/** Headers of a request of the operator. */
export const OPERATOR = { Authorization: `Bearer ${ADMIN_TOKEN}` };
