/** The page at `/` of a default host until there is a web app: what this is, and a first link. */

import { html, raw } from "hono/html";

import { configOf } from "../config.ts";
import { pageStyle } from "./page-style.ts";

/** Answers `/` with a redirect to HOME_URL if it is set, otherwise with the page. */
export async function answerHome(request: Request, env: Cloudflare.Env): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  const { homeUrl, signups } = configOf(env);
  if (homeUrl !== null) {
    return new Response(null, {
      status: 302,
      headers: { Location: homeUrl, "Cache-Control": "no-store" },
    });
  }
  const nonce = crypto.randomUUID();
  const page = String(await render(new URL(request.url).origin, nonce, signups === "open"));
  return new Response(request.method === "HEAD" ? null : page, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

const NAME = raw('"name":"Ada",');
const NO_SIGN_UP = raw(
  "<p>Accounts are made by invitation. The first one is made with the setup link that the deployment has printed.</p>",
);

function render(origin: string, nonce: string, isOpen: boolean) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Signpost</title>
        <style nonce="${nonce}">
          ${pageStyle}
        </style>
      </head>
      <body>
        <main>
          <h1>Signpost</h1>
          <p>Short links, followed at the edge and counted. This installation is running.</p>
          <h2>${isOpen ? "Make an account, and a token" : "Make a token"}</h2>
          ${isOpen ? "" : NO_SIGN_UP}
          <pre
            tabindex="0"
          ><code>curl -c cookies.txt ${origin}/api/auth/${isOpen ? "sign-up" : "sign-in"}/email \\
  -H 'Content-Type: application/json' \\
  -d '{${isOpen ? NAME : ""}"email":"ada@example.com","password":"a long password"}'

curl -b cookies.txt ${origin}/api/tokens \\
  -H 'Origin: ${origin}' -H 'Content-Type: application/json' \\
  -d '{"name":"first","scopes":["links:create","links:read","links:read:analytics"]}'</code></pre>
          <h2>Make a link, and follow it</h2>
          <pre tabindex="0"><code>curl ${origin}/api/links \\
  -H 'Authorization: Bearer pp_…' -H 'Content-Type: application/json' \\
  -d '{"destinationUrl":"https://example.com","shortCode":"first"}'

curl -i ${origin}/first -A 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0'

curl ${origin}/api/analytics/overview -H 'Authorization: Bearer pp_…'</code></pre>
        </main>
      </body>
    </html>`;
}
