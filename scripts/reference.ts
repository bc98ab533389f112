/** `npm run reference`: builds the reference into `public/`, and the tables of routes in our Markdown. */

import { buildReference, updateRouteTables } from "../tools/reference/build.ts";
import { main } from "../tools/trouble.ts";

await main(async () => {
  const isNew = await buildReference();
  await updateRouteTables();
  console.info(isNew ? "The reference is built." : "The reference is up to date.");
});
