import { labelRoutes } from "./labels.ts";
import { wireTag } from "./link-translate.ts";

export const tags = labelRoutes({ kind: "tag", path: "/api/tags", wire: wireTag });
