import { wireCollection } from "../links/translate.ts";
import { labelRoutes } from "./labels.ts";

export const collections = labelRoutes({
  kind: "collection",
  path: "/api/collections",
  wire: wireCollection,
});
