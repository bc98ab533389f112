/**
 * The page of an invitation's link, until there is a web app: makes or opens an account, and accepts.
 * It asks nothing before the form is sent, so that it tells nobody whether an invitation is open.
 */

import { raw } from "hono/html";

import { answerPage, refuseOtherMethods } from "./page.ts";

/** Answers the link of any invitation with the form. */
export async function answerInvitation(request: Request): Promise<Response> {
  const refused = refuseOtherMethods(request);
  if (refused !== null) return refused;
  const headers = { "X-Robots-Tag": "noindex" };
  return answerPage(request, { title: "Join a workspace", body: FORM, script: SCRIPT, headers });
}

const FORM = raw(`
<h1>Join a workspace</h1>
<p id="intro">You were invited to a workspace on Signpost. Make an account with the address that was invited, or sign in.</p>
<p id="problem" role="alert"></p>
<form id="account">
  <label><input name="known" type="checkbox"> I have an account here</label>
  <label id="name">Your name <input name="name" autocomplete="name" required maxlength="100"></label>
  <label>E-mail address <input name="email" type="email" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="new-password" required minlength="8" aria-describedby="length"></label>
  <p id="length" class="note">At least 8 characters.</p>
  <button>Join</button>
</form>
<div id="done" hidden tabindex="-1">
  <h2>You have joined <span id="workspace"></span></h2>
  <p>This browser is signed in. <a href="/">What to do next</a></p>
</div>
<noscript><p>This page needs JavaScript.</p></noscript>`);

const SCRIPT = `
const $ = (id) => document.getElementById(id);
const form = $("account");
const { known, name, email, password } = form.elements;
const invitation = location.pathname.split("/")[3];
const choose = () => {
  $("name").hidden = name.disabled = known.checked;
  password.autocomplete = known.checked ? "current-password" : "new-password";
};
known.addEventListener("change", choose);
choose();
const post = async (path, body) => {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? "The server answered " + response.status + ". Try again.");
  return answer;
};
const signIn = () => post("/api/auth/sign-in/email", { email: email.value, password: password.value });
const signUp = () => post("/api/auth/sign-up/email", { name: name.value, email: email.value, password: password.value, invitation });
let isSignedIn = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  $("problem").textContent = "";
  try {
    if (!isSignedIn) await (known.checked ? signIn() : signUp());
    isSignedIn = true;
    const workspace = await post("/api/invitations/" + invitation + "/accept", {});
    $("workspace").textContent = workspace.name;
    form.hidden = $("intro").hidden = true;
    $("done").hidden = false;
    $("done").focus();
  } catch (error) {
    $("problem").textContent = error.message;
    button.disabled = false;
  }
});`;
