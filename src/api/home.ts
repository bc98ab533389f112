/** The page at `/` of a default host until there is a web app: what this is, and a first link. */

import { html, raw } from "hono/html";

import { configOf } from "../config.ts";
import { DOCS_PATH } from "../prefixes.ts";
import { answerPage, refuseOtherMethods } from "./page.ts";

/** Answers `/` with a redirect to HOME_URL if it is set, otherwise with the page. */
export async function answerHome(request: Request, env: Cloudflare.Env): Promise<Response> {
  const refused = refuseOtherMethods(request);
  if (refused !== null) return refused;
  const { homeUrl, signups } = configOf(env);
  if (homeUrl !== null) {
    return new Response(null, {
      status: 302,
      headers: { Location: homeUrl, "Cache-Control": "no-store" },
    });
  }
  const body = homeOf(new URL(request.url).origin, signups === "open");
  return answerPage(request, { title: "Signpost", body });
}

const NAME = raw('"name":"Ada",');
const NO_SIGN_UP = raw(
  "<p>Sign-up is closed here. The first account is made with the setup link that the deployment has printed, and others by the links of invitations.</p>",
);

function homeOf(origin: string, isOpen: boolean) {
  return html` <h1>Signpost</h1>
    <p>Short links, followed at the edge and counted. This installation is running.</p>
    <p><a href="${DOCS_PATH}">The reference</a> tells all that it can do.</p>
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

curl ${origin}/api/analytics/overview -H 'Authorization: Bearer pp_…'</code></pre>`;
}
