/**
 * The page at `/setup`: makes the first account of an installation, and a token. The setup link has
 * its secret in the fragment, which browsers send to nobody.
 */

import { raw } from "hono/html";

import { hasAccounts } from "../accounts/signup.ts";
import { databaseOf } from "../db/database.ts";
import { answerPage, refuseOtherMethods } from "./page.ts";

/** Answers `/setup` with the form, or says that there is an account. */
export async function answerSetup(request: Request, env: Cloudflare.Env): Promise<Response> {
  const refused = refuseOtherMethods(request);
  if (refused !== null) return refused;
  const page = (await isSetUp(env.DB)) ? { body: DONE } : { body: FORM, script: SCRIPT };
  const headers = { "X-Robots-Tag": "noindex" };
  return answerPage(request, { title: "Set up Signpost", ...page, headers });
}

/** Databases with an account. Anybody may ask for this page, and the answer never changes back. */
const setUp = new WeakSet<D1Database>();

async function isSetUp(db: D1Database): Promise<boolean> {
  if (setUp.has(db)) return true;
  const isNow = await hasAccounts(databaseOf(db));
  if (isNow) setUp.add(db);
  return isNow;
}

const DONE = raw(`
<h1>This installation is set up</h1>
<p>It has an account. <a href="/">Go to the start</a>.</p>`);

const FORM = raw(`
<h1>Set up Signpost</h1>
<p id="intro">Make the first account of this installation. It owns everything that you create with it.</p>
<p id="problem" role="alert"></p>
<form id="account">
  <label>Your name <input name="name" autocomplete="name" required maxlength="100"></label>
  <label>E-mail address <input name="email" type="email" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="new-password" required minlength="8" aria-describedby="length"></label>
  <p id="length" class="note">At least 8 characters.</p>
  <label id="secret" hidden>Setup token, or SIGNPOST_SECRET <input name="setupToken" autocomplete="off" spellcheck="false"></label>
  <button>Make the account</button>
</form>
<div id="done" hidden tabindex="-1">
  <h2>The account is made</h2>
  <p>This browser is signed in. This is a first token for the API; it is shown only now:</p>
  <pre tabindex="0"><code id="token"></code></pre>
  <p>Create a link with it:</p>
  <pre tabindex="0"><code id="command"></code></pre>
  <p><a href="/">More to try</a></p>
</div>
<noscript><p>This page needs JavaScript, because the link's secret must not be sent with the address.</p></noscript>`);

const SCRIPT = `
const $ = (id) => document.getElementById(id);
const form = $("account");
const known = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
$("secret").hidden = known !== "";
form.elements.setupToken.value = known;
const post = async (path, body) => {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (answer.code === "SETUP_REQUIRED") {
    $("secret").hidden = false;
    form.elements.setupToken.focus();
    throw new Error("The secret is missing or wrong. Open the link that the deployment has printed, or type SIGNPOST_SECRET, the secret that this installation was made with.");
  }
  if (!response.ok) throw new Error(answer.message ?? "The server answered " + response.status + ". Try again.");
  return answer;
};
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  $("problem").textContent = "";
  try {
    await post("/api/auth/sign-up/email", Object.fromEntries(new FormData(form)));
    const scopes = ["links:create", "links:read", "links:update", "links:delete", "links:read:analytics", "webhooks:read", "webhooks:manage"];
    form.hidden = $("intro").hidden = true;
    $("done").hidden = false;
    $("done").focus();
    const { token } = await post("/api/tokens", { name: "First token", scopes });
    $("token").textContent = token;
    const body = JSON.stringify({ destinationUrl: "https://example.com" });
    $("command").textContent = "curl " + location.origin + "/api/links -H 'Authorization: Bearer " + token + "' -H 'Content-Type: application/json' -d '" + body + "'";
  } catch (error) {
    $("problem").textContent = error.message;
    button.disabled = false;
  }
});`;
