/** The pages of the reference that are about no single resource. */

import { html } from "hono/html";

import { type Page, phrase, prose } from "./shell.ts";
import type { Site } from "./site.ts";

/** Returns the page at `/docs`. */
export function startPage({ apis, start }: Site): Page {
  return {
    path: "",
    title: "Start here",
    description: "How to make short links with the API of Signpost, and what each call needs.",
    isWritten: true,
    body: html`<div class="text">${prose(start)}</div>
      <div class="apis">
        ${apis.map(
          ({ name, document: { info }, address, pages }) =>
            html`<section aria-labelledby="${name}">
              <h3 id="${name}">${info.title}</h3>
              ${prose(info.description)}
              <p>
                ${pages.map(
                  ({ slug, tag }, index) =>
                    html`${index === 0 ? "" : " · "}<a href="/docs/${name}/${slug}">${tag}</a>`,
                )}
              </p>
              <p><a href="${address}">OpenAPI document</a> of version ${info.version}</p>
            </section>`,
        )}
      </div>`,
  };
}

/** Returns the page that calls the API with the reader's own token. */
export function tryPage({ apis }: Site): Page {
  return {
    path: "/try",
    title: "Try it",
    description: "Call the API from this page with your own token.",
    script: "/docs/try.js",
    body: html`<h1>Try it</h1>
      <p class="lead">
        Calls go to this installation, as you, and change what they say they change. The token stays
        in this tab and is sent to nobody else.
      </p>
      <noscript><p class="alert">This page needs JavaScript. The other pages do not.</p></noscript>
      <form id="try" hidden>
        <div class="row">
          <label
            >API
            <select name="api">
              ${apis.map(
                ({ name, address, document: { info } }) =>
                  html`<option value="${name}" data-address="${address}">${info.title}</option>`,
              )}
            </select></label
          >
          <label
            >Call
            <select name="operation"></select
          ></label>
        </div>
        <p id="route" class="route"></p>
        <p id="needs" class="note"></p>
        <label
          >Token
          <input
            name="token"
            type="password"
            autocomplete="off"
            spellcheck="false"
            placeholder="pp_…"
            aria-describedby="about-token"
        /></label>
        <p id="about-token" class="note">
          ${phrase("Empty: the session of this browser, if you are signed in here.")}
        </p>
        <div id="inputs"></div>
        <button>Send</button>
        <p id="problem" role="alert"></p>
      </form>
      <section id="result" hidden aria-live="polite" aria-labelledby="result-title">
        <h2 id="result-title">Answer</h2>
        <p id="status"></p>
        <details>
          <summary>Headers</summary>
          <pre tabindex="0" role="group" aria-label="Headers"><code id="headers"></code></pre>
        </details>
        <pre tabindex="0" role="group" aria-label="Body of the answer"><code id="body"></code></pre>
      </section>`,
  };
}

/** Returns the page for an address below `/docs` that has none. */
export function notFoundPage(): Page {
  return {
    path: "/404",
    title: "There is no such page",
    description: "There is no such page in the reference.",
    body: html`<h1>There is no such page</h1>
      <p class="lead">
        It may have been renamed. <a href="/docs">Start here</a>, or look at all pages.
      </p>`,
  };
}
