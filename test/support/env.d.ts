/// <reference types="vite/types/importMeta.d.ts" />

declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    /** How many requests the fuzz test sends, and the seed of the first. */
    FUZZ_REQUESTS: string;
    FUZZ_SEED: string;
  }
}
