import { wireTag } from "../links/translate.ts";
import { labelRoutes } from "./labels.ts";

export const tags = labelRoutes({ kind: "tag", path: "/api/tags", wire: wireTag });
