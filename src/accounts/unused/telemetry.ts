/** Replaces better-auth's telemetry (`[alias]` in wrangler.toml), which is off. */

export async function createTelemetry(): Promise<{ publish(): Promise<void> }> {
  return { publish: () => Promise.resolve() };
}

export async function getTelemetryAuthConfig(): Promise<Record<string, never>> {
  return {};
}
