/** The references of all APIs. The Worker never loads them: see `shared/reference.ts`. */

import { nativeReference } from "./native/reference.ts";
import { pvtlnkReference } from "./pvtlnk/reference.ts";
import { revolinkReference } from "./revolink/reference.ts";
import type { ApiReference } from "./shared/reference.ts";

export const references: readonly ApiReference[] = [
  nativeReference,
  pvtlnkReference,
  revolinkReference,
];
