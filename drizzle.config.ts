import { defineConfig } from "drizzle-kit";

import { completeMigration } from "./tools/complete-migration.ts";

const MIGRATIONS = "./migrations";

completeMigration(MIGRATIONS, "./src/db/beyond-drizzle.sql");

export default defineConfig({
  dialect: "sqlite",
  driver: "d1-http",
  schema: "./src/db/schema/index.ts",
  out: MIGRATIONS,
});
