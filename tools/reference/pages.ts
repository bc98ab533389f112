/** The pages of the reference. */

import { html, raw } from "hono/html";
import { marked } from "marked";

import type { ApiReference } from "../../src/api/shared/reference.ts";

/** Returns the page at `/docs`. */
export async function startPage(apis: readonly ApiReference[]): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Signpost API</title>
      </head>
      <body>
        <main>
          ${apis.map(
            ({ title, description, address }) =>
              html`<h1>${title}</h1>
                ${raw(marked.parse(description, { async: false }))}
                <p><a href="${address}">OpenAPI document</a></p>`,
          )}
        </main>
      </body>
    </html>`;
  return String(page);
}
