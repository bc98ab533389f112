/** The pages of a default host, until there is a web app: one look, and one strict policy. */

import { html, raw } from "hono/html";

type Markup = ReturnType<typeof html>;

export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** Runs in the page, and may talk to this host only. */
  readonly script?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Returns the refusal of a request that does not ask for a page; null if it does. */
export function refuseOtherMethods({ method }: Request): Response | null {
  if (method === "GET" || method === "HEAD") return null;
  return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
}

export async function answerPage(
  { method }: Request,
  { title, body, script, headers = {} }: Page,
): Promise<Response> {
  const nonce = crypto.randomUUID();
  const scripts = script === undefined ? "" : ` script-src 'nonce-${nonce}'; connect-src 'self';`;
  const page = String(
    await html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width,initial-scale=1" />
          <title>${title}</title>
          <style nonce="${nonce}">
            ${STYLE}
          </style>
        </head>
        <body>
          <main>${body}</main>
          ${
            script === undefined
              ? ""
              : html`<script nonce="${nonce}">
                  ${raw(script)};
                </script>`
          }
        </body>
      </html>`,
  );
  return new Response(method === "HEAD" ? null : page, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}';${scripts} base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
  });
}

const STYLE = `
:root{color-scheme:light dark}
body{margin:0;font:1rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem}
h1{font-size:1.75rem;margin:0 0 .25rem}
h2{font-size:1.125rem;margin:2rem 0 .5rem}
pre{padding:1rem;border:1px solid GrayText;border-radius:.5rem;overflow-x:auto;font-size:.875rem}
a{color:LinkText}
form{max-width:24rem}
label{display:block;margin:1rem 0 0}
label[hidden]{display:none}
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.5rem .625rem;border:1px solid GrayText;border-radius:.375rem;background:Field;color:FieldText}
input[type=checkbox]{display:inline;width:auto}
button{margin-top:1.25rem;font:inherit;padding:.5rem 1rem;border:1px solid CanvasText;border-radius:.375rem;background:CanvasText;color:Canvas;cursor:pointer}
button:disabled{opacity:.6;cursor:progress}
.note{margin:.25rem 0 0;font-size:.875rem}
[role=alert]:not(:empty){padding:.75rem 1rem;border-left:.25rem solid #c62828}
:focus-visible{outline:2px solid LinkText;outline-offset:2px}
#done:focus-visible{outline:none}
code{overflow-wrap:anywhere;white-space:pre-wrap}`;
