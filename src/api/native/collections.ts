import { labelRoutes } from "./labels.ts";
import { wireCollection } from "./link-translate.ts";

export const collections = labelRoutes({
  kind: "collection",
  path: "/api/collections",
  wire: wireCollection,
});
