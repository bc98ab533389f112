/** The card of a link: what apps read when it was shared, in a file of its own as few links have one. */

import type { SocialCard } from "../../links/social.ts";
import { escape, type Page } from "./page.ts";

/** Returns the page that apps make a card of. A person who meets it goes on with `action`. */
export function card(
  { title, description = "", image }: SocialCard,
  action: NonNullable<Page["action"]>,
): Page {
  const picture = image === undefined ? [] : [["og:image", new URL(image).href] as const];
  const properties = [
    ["og:title", title],
    ["og:description", description],
    ...picture,
    ["twitter:card", image === undefined ? "summary" : "summary_large_image"],
    ["twitter:title", title],
    ["twitter:description", description],
    ...picture.map(([, href]) => ["twitter:image", href] as const),
  ] as const;
  const head = properties.map(([name, content]) => metaOf(name, content)).join("");
  return { status: 200, title, text: description, action, head };
}

/** Facebook's properties have another attribute than X's names. */
function metaOf(name: string, content: string): string {
  if (content === "") return "";
  const attribute = name.startsWith("og:") ? "property" : "name";
  return `<meta ${attribute}="${name}" content="${escape(content)}">`;
}
