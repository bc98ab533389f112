/** The native API under `/api`: PrunePath's documented surface and what Signpost adds to it. */
import { Hono } from "hono";

import { version } from "../../../package.json";
import { openShell } from "../shared/shell.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";

export const nativeApp = new Hono<NativeEnvironment>().basePath("/api");

openShell(nativeApp, { name: "native", refuse });

nativeApp.get("/health", (c) => c.json({ status: "ok", version }));
