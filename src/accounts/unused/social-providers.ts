/**
 * Replaces better-auth's 40 social providers (`[alias]` in wrangler.toml). Signpost uses none, and
 * parsing them would be a tenth of each cold start.
 */

import * as z from "zod";

export const socialProviders = {};
export const socialProviderList: readonly string[] = [];
export const SocialProviderListEnum = z.string();
