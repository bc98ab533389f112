/** The page of a resource: its operations, and the objects that they read and answer. */

import { html, raw } from "hono/html";

import type { OperationObject, Parameter, Schema } from "./document.ts";
import { callOf, samplesOf } from "./samples.ts";
import { codeBlock, type Markup, type Page, phrase, prose } from "./shell.ts";
import type { Api, Operation, ResourcePage } from "./site.ts";
import { type Field, fieldsOf, namesIn, type Word, wordsOf } from "./words.ts";

/** Returns the page of a resource of an API. */
export function resourcePage(api: Api, { slug, tag, description, operations }: ResourcePage): Page {
  const { schemas } = api.document.components;
  const names = [
    ...namesIn(
      operations.map(({ operation }) => operation),
      schemas,
    ),
  ];
  const sent = namesIn(
    operations.map(({ operation }) => operation.requestBody),
    schemas,
  );
  const body = html`<p class="over">${api.document.info.title}</p>
    <h1>${tag}</h1>
    <div class="lead">${prose(description)}</div>
    <ul class="routes">
      ${operations.map(
        ({ method, path, operation }) =>
          html`<li>
            <a href="#${operation.operationId}">${route(method, path)}</a>
            <span>${operation.summary}</span>
          </li>`,
      )}
    </ul>
    ${operations.map((each) => section(api, each))}
    ${
      names.length === 0
        ? ""
        : html`<h2 class="objects" id="objects">Objects</h2>
            ${names.map((name) => object(name, schemas[name] ?? {}, sent.has(name)))}`
    }`;
  return {
    path: `/${api.name}/${slug}`,
    title: `${tag} · ${api.document.info.title}`,
    description: plainText(description),
    body,
    isWritten: true,
  };
}

function plainText(text: string): string {
  return text.replaceAll(/[`*_]/g, "").split("\n", 1)[0] ?? "";
}

function route(method: string, path: string): Markup {
  return html`<b class="method ${method}">${method.toUpperCase()}</b> <code>${path}</code>`;
}

function section(api: Api, { path, method, operation }: Operation): Markup {
  const { operationId: id, summary, description } = operation;
  return html`<section class="operation" aria-labelledby="${id}">
    <div class="told">
      <h2 id="${id}"><a href="#${id}">${summary}</a></h2>
      <p class="route">${route(method, path)}</p>
      ${description === undefined ? "" : prose(description)}
      <p class="needs">${needs(operation)}</p>
      ${parametersOf(operation)} ${bodyOf(operation)} ${answersOf(operation)}
      ${failuresOf(operation)}
    </div>
    <div class="shown">
      ${samples(path, method, operation)} ${answerExample(operation)}
      <p><a href="/docs/try#${api.name}/${id}">Try it with your own token</a></p>
    </div>
  </section>`;
}

const WHO: Readonly<Record<string, string>> = {
  token: "A token",
  session: "A browser’s session: tokens cannot do it",
  operator: "`ADMIN_TOKEN`, for the operator",
};

function needs(operation: OperationObject): Markup {
  const [first] = operation.security;
  if (first === undefined) return html`Anybody may call it.`;
  const scheme = Object.keys(first)[0] ?? "";
  const scopes = operation["x-scopes"] ?? [];
  const parts = [
    `${WHO[scheme]}${scopes.length > 0 ? ` with the scope \`${scopes.join("` and `")}\`` : ""}`,
  ];
  const role = operation["x-role"];
  if (role !== undefined) parts.push(`the role ${role}${role === "owner" ? "" : " or above"}`);
  const plans = operation["x-plans"];
  if (plans !== undefined) parts.push(`the plan ${plans.join(" or ")}`);
  return html`<b>Needs</b> ${phrase(lowerFirst(parts.join(", ")))}.`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

const PLACES: Readonly<Record<Parameter["in"], string>> = {
  path: "Path",
  query: "Query",
  header: "Headers",
};

function parametersOf({ operationId, parameters = [] }: OperationObject): Markup {
  const groups = (["path", "query", "header"] as const).flatMap((place) => {
    const found = parameters.filter((parameter) => parameter.in === place);
    if (found.length === 0) return [];
    const fields = found.map(({ name, schema, required = false, description }) => ({
      name,
      isRequired: required,
      schema: { ...schema, ...(description !== undefined && { description }) },
    }));
    return html`<h3>${PLACES[place]}</h3>
      ${fieldList(fields, `${operationId}-${place}`, true)}`;
  });
  return html`${groups}`;
}

function bodyOf({ operationId, requestBody }: OperationObject): Markup {
  if (requestBody === undefined) return html``;
  const { content, description = "", required } = requestBody;
  const [first] = Object.values(content);
  const others = Object.keys(content).filter((type) => type !== "application/json");
  const also = others.length === 0 ? "" : ` Also as \`${others.join("`, `")}\`.`;
  return html`<h3>Body${required ? "" : html` <small>optional</small>`}</h3>
    <p class="note">${phrase(`JSON. ${description}${also}`)}</p>
    ${first === undefined ? "" : value(first.schema, `${operationId}-body`, true)}`;
}

function answersOf({ operationId, responses }: OperationObject): Markup {
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 400);
  return html`${successes.map(([status, { description, content = {}, headers = {} }]) => {
    const [type, media] = Object.entries(content)[0] ?? [];
    const text = content["text/plain"]?.schema.description;
    const own = Object.keys(headers).filter((name) => name !== "X-Request-Id");
    const notes = [
      description === "Success." ? "" : description,
      type === undefined || type === "application/json" ? "" : type,
    ];
    if (text !== undefined)
      notes.push(`\`Accept: text/plain\` answers a text instead: ${lowerFirst(text)}`);
    if (own.length > 0) notes.push(`Headers: ${own.map((name) => `\`${name}\``).join(", ")}.`);
    return html`<h3>Answer ${status}</h3>
      <p class="note">${phrase(notes.filter((note) => note !== "").join(" "))}</p>
      ${
        media === undefined || type !== "application/json"
          ? ""
          : value(media.schema, `${operationId}-${status}`, false)
      }`;
  })}`;
}

function failuresOf({ responses }: OperationObject): Markup {
  const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  if (failures.length === 0) return html``;
  return html`<details class="failures">
    <summary>Failures <span>${failures.map(([status]) => status).join(", ")}</span></summary>
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        ${failures.map(
          ([status, { description }]) =>
            html`<tr>
              <th scope="row">${status}</th>
              <td>${phrase(description)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

/** Shows what a value may be, and its fields. */
function value(schema: Schema, anchor: string, isSent: boolean): Markup {
  const fields = fieldsOf(schema);
  const isPlainObject = schema.type === "object" && fields.length > 0;
  return html`${isPlainObject ? "" : html`<p class="type">${typeOf(schema)}</p>`}
  ${fields.length === 0 ? "" : fieldList(fields, anchor, isSent)}`;
}

function object(name: string, schema: Schema, isSent: boolean): Markup {
  return html`<section class="object" aria-labelledby="${name}">
    <h3 id="${name}"><a href="#${name}">${name}</a></h3>
    ${schema.description === undefined ? "" : prose(schema.description)}
    ${value(schema, name, isSent)}
  </section>`;
}

/** Marks of what is sent the fields that it must have, and of answers those that they may lack. */
function fieldList(fields: readonly Field[], anchor: string, isSent: boolean): Markup {
  return html`<ul class="fields">
    ${fields.map((field) => fieldItem(field, `${anchor}-${field.name}`, isSent))}
  </ul>`;
}

function fieldItem({ name, schema, isRequired }: Field, anchor: string, isSent: boolean): Markup {
  const inside = fieldsOf(schema);
  const id = anchor.replaceAll(/[^\w-]/g, "-");
  return html`<li id="${id}">
    <a class="field" href="#${id}"><code>${name}</code></a>
    <span class="type">${typeOf(schema)}</span>
    ${
      isRequired === isSent
        ? html`<span class="mark-of">${isSent ? "required" : "may be absent"}</span>`
        : ""
    }
    ${schema.description === undefined ? "" : html`<div>${prose(schema.description)}</div>`}
    ${
      inside.length === 0
        ? ""
        : html`<details>
            <summary>
              ${inside.length} ${inside.length === 1 ? "field" : "fields"} of <code>${name}</code>
            </summary>
            ${fieldList(inside, id, isSent)}
          </details>`
    }
  </li>`;
}

function typeOf(schema: Schema): Markup {
  return html`${wordsOf(schema).map(word)}${
    schema.default === undefined
      ? ""
      : html`; <code>${JSON.stringify(schema.default)}</code> if absent`
  }`;
}

function word(part: Word): Markup {
  if ("code" in part) return html`<code>${part.code}</code>`;
  return "named" in part ? html`<a href="#${part.named}">${part.named}</a>` : html`${part.text}`;
}

/** Tabs that need no script: a radio button for each language. */
function samples(path: string, method: string, operation: OperationObject): Markup {
  const id = `${operation.operationId}-in`;
  const all = samplesOf(callOf(path, method, operation));
  return html`<fieldset class="tabs">
    <legend>Request</legend>
    ${all.map(
      ({ language }, index) =>
        html`<input
            type="radio"
            name="${id}"
            id="${id}-${language}"
            value="${language}"
            ${index === 0 ? raw("checked") : ""}
          /><label for="${id}-${language}">${language}</label>`,
    )}
    ${all.map(({ language, text }) => codeBlock(text, language))}
  </fieldset>`;
}

function answerExample({ responses }: OperationObject): Markup {
  const [status, first] = Object.entries(responses).find(([code]) => Number(code) < 400) ?? [];
  const example = Object.values(first?.content ?? {})[0]?.example;
  if (example === undefined) return html``;
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return html`<h3 class="answer">Answer ${status}</h3>
    ${codeBlock(text, `Answer ${status}`)}`;
}
