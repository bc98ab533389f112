/** The guard of PVTLNK's routes. */

import { guardsFor } from "../shared/guard.ts";
import { refuse } from "./errors.ts";

export const requires = guardsFor({ refuse, order: ["rate", "features", "scope", "role"] });
