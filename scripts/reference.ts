/** `npm run reference`: builds the OpenAPI documents and the reference into `public/`. */

import { buildReference } from "../tools/reference/build.ts";
import { main } from "../tools/trouble.ts";

await main(async () => {
  const isNew = await buildReference();
  console.info(isNew ? "The reference is built." : "The reference is up to date.");
});
