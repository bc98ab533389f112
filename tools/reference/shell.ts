/** What all pages of the reference have around them. */

import { html, raw } from "hono/html";
import { Marked } from "marked";

import { ORIGIN } from "./samples.ts";
import type { Site } from "./site.ts";

export type Markup = ReturnType<typeof html>;

export interface Page {
  /** Below `/docs`: "" or "/native/tags". */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly body: Markup;
  /** Besides that of the search. */
  readonly script?: string;
  /** Whether it has a twin in Markdown. */
  readonly isWritten?: boolean;
}

const MARKED = new Marked({
  renderer: {
    // Who has no mouse scrolls it with the keyboard.
    code: ({ text }) =>
      `<pre tabindex="0"><code>${escaped(text).replaceAll(ORIGIN, ORIGIN_MARKED)}</code></pre>`,
  },
});

/** Marks the address, in whose place a script shows that of this installation. */
const ORIGIN_MARKED = `<span data-origin>${ORIGIN}</span>`;

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Renders CommonMark of our own. */
export function prose(text: string): Markup {
  return raw(MARKED.parse(text, { async: false }));
}

/** Renders code. Its label is for those who come to it with the keyboard, to scroll it. */
export function codeBlock(text: string, label: string): Markup {
  const marked = escaped(text).replaceAll(ORIGIN, ORIGIN_MARKED);
  return html`<pre
    tabindex="0"
    role="group"
    aria-label="${label}"
  ><code>${raw(marked)}</code></pre>`;
}

/** Renders CommonMark of one paragraph, without the paragraph. */
export function phrase(text: string): Markup {
  return raw(MARKED.parseInline(text, { async: false }));
}

const MARK = raw(
  `<svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true"><path fill="currentColor" d="M15 2h2v28h-2z"/><path fill="currentColor" d="M6 7h18l5 5-5 5H6z"/></svg>`,
);

/** Returns a page as its file. */
export async function renderPage(site: Site, page: Page): Promise<string> {
  const { path, title, description, body, script, isWritten = false } = page;
  const here = (to: string): Markup => (to === path ? raw(' aria-current="page"') : raw(""));
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="description" content="${description}" />
        <title>${title} · Signpost</title>
        <link rel="stylesheet" href="/docs/reference.css" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${
          isWritten
            ? html`<link
                rel="alternate"
                type="text/markdown"
                href="/docs${path === "" ? "/start" : path}.md"
              />`
            : ""
        }
        <script src="/docs/search.js" type="module"></script>
        ${script === undefined ? "" : html`<script src="${script}" type="module"></script>`}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <a class="mark" href="/docs">${MARK} signpost <span>docs</span></a>
          <search id="search">
            <input
              type="search"
              role="combobox"
              aria-label="Search"
              placeholder="Search ( / )"
              autocomplete="off"
              spellcheck="false"
              aria-expanded="false"
              aria-autocomplete="list"
              aria-controls="found"
            />
            <ul id="found" role="listbox" aria-label="What was found" hidden></ul>
          </search>
          <a class="try" href="/docs/try">Try it</a>
          <a class="menu" href="#pages">All pages</a>
        </header>
        <div class="frame">
          <main id="content" tabindex="-1">${body}</main>
          <nav id="pages" aria-label="All pages">
            <ul>
              <li><a href="/docs" ${here("")}>Start here</a></li>
              <li><a href="/docs/try" ${here("/try")}>Try it</a></li>
            </ul>
            ${site.apis.map(
              ({ name, document, pages }) =>
                html`<h2>${document.info.title}</h2>
                  <ul>
                    ${pages.map(
                      ({ slug, tag }) =>
                        html`<li>
                          <a href="/docs/${name}/${slug}" ${here(`/${name}/${slug}`)}>${tag}</a>
                        </li>`,
                    )}
                  </ul>`,
            )}
          </nav>
        </div>
      </body>
    </html>`;
  return `${String(text)}\n`;
}
