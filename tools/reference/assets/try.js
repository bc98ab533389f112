/* Calls the API with the reader's own token, by the same documents as the pages. */

const TOKEN = "signpost-token";
const form = document.getElementById("try");
const { api, operation, token } = form.elements;
const inputs = document.getElementById("inputs");

/** The documents that were read, by the names of their APIs. */
const documents = new Map();
/** What is shown: `{ path, method, operation }`. */
let shown = null;

token.value = sessionStorage.getItem(TOKEN) ?? "";
token.addEventListener("change", () => sessionStorage.setItem(TOKEN, token.value));
api.addEventListener("change", () => void openApi());
operation.addEventListener("change", () => openOperation(operation.value));
addEventListener("hashchange", () => void openAsked());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void send();
});
form.hidden = false;
await openAsked();

/** Opens what the address names: `#native/createTag`. */
async function openAsked() {
  const [name, id] = location.hash.slice(1).split("/");
  if ([...api.options].some(({ value }) => value === name)) api.value = name;
  await openApi(id);
}

async function openApi(id) {
  const document = await documentOf(api.selectedOptions[0]);
  const groups = document.tags.map(({ name }) => {
    const group = Object.assign(window.document.createElement("optgroup"), { label: name });
    for (const each of callsOf(document)) {
      if (each.operation.tags.includes(name)) {
        group.append(new Option(each.operation.summary, each.operation.operationId));
      }
    }
    return group;
  });
  operation.replaceChildren(...groups);
  if (id !== undefined && [...operation.options].some(({ value }) => value === id)) {
    operation.value = id;
  }
  openOperation(operation.value);
}

async function documentOf({ value, dataset }) {
  if (!documents.has(value)) {
    const answer = await fetch(dataset.address);
    documents.set(value, await answer.json());
  }
  return documents.get(value);
}

function callsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ path, method, operation: each })),
  );
}

function openOperation(id) {
  shown = callsOf(documents.get(api.value)).find((each) => each.operation.operationId === id);
  const { path, method, operation: called } = shown;
  history.replaceState(null, "", `#${api.value}/${id}`);
  const verb = Object.assign(document.createElement("b"), { textContent: method.toUpperCase() });
  verb.className = `method ${method}`;
  const code = Object.assign(document.createElement("code"), { textContent: path });
  document.getElementById("route").replaceChildren(verb, " ", code);
  document.getElementById("needs").textContent = needsOf(called);
  document.getElementById("result").hidden = true;
  document.getElementById("problem").textContent = "";
  inputs.replaceChildren(...fieldsOf(called));
}

function needsOf({ security, ...called }) {
  const schemes = security.flatMap(Object.keys);
  if (schemes.length === 0) return "Anybody may call it.";
  const who = schemes.includes("token")
    ? "a token"
    : schemes.includes("operator")
      ? "ADMIN_TOKEN"
      : "the session of this browser";
  const scope = called["x-scopes"] === undefined ? "" : ` with the scope ${called["x-scopes"]}`;
  const role = called["x-role"] === undefined ? "" : `, the role ${called["x-role"]}`;
  return `Needs ${who}${scope}${role}.`;
}

function fieldsOf({ parameters = [], requestBody }) {
  const fields = parameters.map(({ name, in: place, required, description = "", example }) => {
    const input = document.createElement("input");
    input.name = `${place}:${name}`;
    input.required = required === true;
    input.autocomplete = "off";
    // Ids in examples are nobody's.
    if (place === "path") input.placeholder = String(example ?? "");
    return labelled(`${name} (${place}${input.required ? ", required" : ""})`, input, description);
  });
  if (requestBody !== undefined) {
    const [type, { example }] = Object.entries(requestBody.content)[0];
    const text = document.createElement("textarea");
    text.name = "body";
    text.spellcheck = false;
    text.dataset.type = type;
    text.value = example === undefined ? "{}" : JSON.stringify(example, null, 2);
    fields.push(labelled("Body", text, requestBody.description ?? ""));
  }
  return fields;
}

function labelled(name, input, description) {
  const label = document.createElement("label");
  label.append(name, input);
  if (description === "") return label;
  const note = Object.assign(document.createElement("span"), { className: "note" });
  note.textContent = description.replaceAll("`", "");
  label.append(note);
  return label;
}

async function send() {
  const button = form.querySelector("button");
  const problem = document.getElementById("problem");
  problem.textContent = "";
  button.disabled = true;
  try {
    const { url, options } = requestOf();
    const before = performance.now();
    const answer = await fetch(url, options);
    const text = await answer.text();
    show(answer, text, performance.now() - before);
  } catch (error) {
    problem.textContent =
      error instanceof SyntaxError
        ? `The body is not JSON: ${error.message}.`
        : `The server did not answer: ${error.message}.`;
  } finally {
    button.disabled = false;
  }
}

function requestOf() {
  let { path } = shown;
  const query = new URLSearchParams();
  const headers = new Headers();
  for (const { name, value } of inputs.querySelectorAll("input")) {
    const [place, field] = name.split(":", 2);
    if (place === "path") path = path.replace(`{${field}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (place === "query") query.set(field, value);
    else headers.set(field, value);
  }
  if (token.value !== "") headers.set("Authorization", `Bearer ${token.value.trim()}`);
  const options = { method: shown.method.toUpperCase(), headers, redirect: "manual" };
  const text = inputs.querySelector("textarea");
  if (text !== null) {
    if (text.dataset.type === "application/json") JSON.parse(text.value);
    headers.set("Content-Type", text.dataset.type);
    options.body = text.value;
  }
  return { url: query.size > 0 ? `${path}?${query}` : path, options };
}

function show(answer, text, tookMs) {
  const result = document.getElementById("result");
  const status = document.getElementById("status");
  status.textContent = `${answer.status} after ${Math.round(tookMs)} ms, ${text.length.toLocaleString()} characters`;
  const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
  document.getElementById("headers").textContent = lines.join("\n");
  document.getElementById("body").textContent = pretty(text);
  result.hidden = false;
  result.scrollIntoView({ block: "nearest" });
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
