/** One change of a deployment. Each can be repeated without harm. */

import type { Found } from "./found.ts";

export type Step =
  | { readonly do: "create database"; readonly name: string }
  | { readonly do: "create namespace"; readonly name: string }
  | { readonly do: "create queue"; readonly name: string }
  | { readonly do: "keep messages longer"; readonly name: string }
  | { readonly do: "migrate the database" }
  | { readonly do: "upload the Worker"; readonly secrets: readonly string[] }
  | { readonly do: "attach host"; readonly hostname: string; readonly takeOver: boolean }
  | { readonly do: "detach host"; readonly hostname: string; readonly id: string };

/** Describes a step in the words of a dry run. */
export function describe(
  step: Step,
  { found, retentionSeconds }: { found: Found; retentionSeconds: number },
): string {
  switch (step.do) {
    case "create database":
    case "create namespace":
    case "create queue":
      return `${step.do} ${step.name}`;
    case "keep messages longer": {
      const now = found.queues.find(({ name }) => name === step.name)?.retentionSeconds;
      return `keep messages of ${step.name} for ${retentionSeconds} s (now ${now ?? "unknown"})`;
    }
    case "migrate the database":
      return step.do;
    case "upload the Worker":
      return step.secrets.length === 0
        ? step.do
        : `${step.do}, with new secrets: ${step.secrets.join(", ")}`;
    case "attach host":
      return `attach ${step.hostname}${step.takeOver ? ", taking it over" : ""}`;
    case "detach host":
      return `detach ${step.hostname}`;
  }
}
