/** All that a plan is made from. */

import type { Wanted } from "./flags.ts";
import type { Found } from "./found.ts";
import type { Host } from "./hosts.ts";
import type { Place } from "./memory.ts";
import type { Names } from "./names.ts";
import type { Template } from "./template.ts";

export interface Situation {
  readonly template: Template;
  readonly names: Names;
  readonly wanted: Wanted;
  readonly found: Found;
  readonly hosts: readonly Host[];
  /** Where the installation is, as far as a flag or this machine says. */
  readonly place: Place;
  /** The names of the secrets that this machine has kept. */
  readonly kept: readonly string[];
  /** Those of them that the Worker would not start with. */
  readonly unfit: readonly string[];
  /** Whether what this machine makes is gone when it ends. */
  readonly isShortLived: boolean;
}

/** Returns the hosts that a plan has to know about. */
export function hostsOf(publicUrl: string, wanted: Wanted): readonly string[] {
  const { hostname } = new URL(publicUrl);
  const own = hostname.endsWith(".workers.dev") ? [] : [hostname];
  return [...new Set([...own, ...wanted.domains])];
}
