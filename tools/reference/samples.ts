/** A call as a reader writes it: for the shell, JavaScript, Python, PHP and Go. */

import type { OperationObject } from "./document.ts";

/** Stands for the installation's address. The pages show the one that serves them. */
export const ORIGIN = "https://go.example.com";

export interface Sample {
  readonly language: string;
  readonly text: string;
}

/** A call with the values of its examples. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: Value])[];
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** A text, or one after which follows a secret from the environment. */
type Value = string | { readonly before: string; readonly variable: string };

const SECRETS: Readonly<Record<string, Value>> = {
  token: { before: "Bearer ", variable: "SIGNPOST_TOKEN" },
  operator: { before: "Bearer ", variable: "ADMIN_TOKEN" },
  session: { before: "", variable: "SIGNPOST_COOKIE" },
};

/** Returns the call of an operation. What has no example stays in braces. */
export function callOf(
  path: string,
  method: string,
  { security, parameters = [], requestBody }: OperationObject,
): Call {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: place, example } of parameters) {
    if (example === undefined) continue;
    const text = typeof example === "string" ? example : JSON.stringify(example);
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(text));
    if (place === "query") query.set(name, text);
  }
  const headers: (readonly [string, Value])[] = [];
  const scheme = Object.keys(security[0] ?? {})[0];
  const secret = SECRETS[scheme ?? ""];
  if (secret !== undefined)
    headers.push([scheme === "session" ? "Cookie" : "Authorization", secret]);
  if (scheme === "session" && method !== "get") headers.push(["Origin", ORIGIN]);
  if (parameters.some(({ name }) => name === "Idempotency-Key")) {
    headers.push(["Idempotency-Key", "a-text-of-your-choice"]);
  }
  const body = requestBody?.content["application/json"]?.example;
  if (body !== undefined) headers.push(["Content-Type", "application/json"]);
  const search = query.size > 0 ? `?${query}` : "";
  return {
    method: method.toUpperCase(),
    url: `${ORIGIN}${filled}${search}`,
    headers,
    ...(body !== undefined && { body }),
  };
}

/** Returns a call in each language. */
export function samplesOf(call: Call): readonly Sample[] {
  return [
    { language: "curl", text: curl(call) },
    { language: "JavaScript", text: javascript(call) },
    { language: "Python", text: python(call) },
    { language: "PHP", text: php(call) },
    { language: "Go", text: go(call) },
  ];
}

function curl({ method, url, headers, body }: Call): string {
  const parts = [method === "GET" ? `curl ${shell(url)}` : `curl -X ${method} ${shell(url)}`];
  for (const [name, value] of headers) {
    parts.push(
      typeof value === "string"
        ? `-H ${shell(`${name}: ${value}`)}`
        : `-H "${name}: ${value.before}$${value.variable}"`,
    );
  }
  if (body !== undefined) parts.push(`-d ${shell(JSON.stringify(body))}`);
  return parts.join(" \\\n  ");
}

function shell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function javascript({ method, url, headers, body }: Call): string {
  const options: string[] = [];
  if (method !== "GET") options.push(`  method: ${JSON.stringify(method)},`);
  if (headers.length > 0) {
    const lines = headers.map(([name, value]) => {
      const text =
        typeof value === "string"
          ? JSON.stringify(value)
          : `\`${value.before}\${process.env.${value.variable}}\``;
      return `    ${JSON.stringify(name)}: ${text},`;
    });
    options.push("  headers: {", ...lines, "  },");
  }
  if (body !== undefined) options.push(`  body: JSON.stringify(${indented(body, 2)}),`);
  const given = options.length > 0 ? `, {\n${options.join("\n")}\n}` : "";
  return [
    `const response = await fetch(${JSON.stringify(url)}${given});`,
    `if (!response.ok) throw new Error(await response.text());`,
    `console.log(await response.text());`,
  ].join("\n");
}

function indented(value: unknown, spaces: number): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(spaces)}`);
}

function python({ method, url, headers, body }: Call): string {
  const lines = [`    ${JSON.stringify(url)},`];
  if (headers.length > 0) {
    lines.push("    headers={");
    for (const [name, value] of headers) {
      const text =
        typeof value === "string"
          ? JSON.stringify(value)
          : value.before === ""
            ? `os.environ["${value.variable}"]`
            : `"${value.before}" + os.environ["${value.variable}"]`;
      lines.push(`        ${JSON.stringify(name)}: ${text},`);
    }
    lines.push("    },");
  }
  if (body !== undefined) lines.push(`    json=${literal(body, PYTHON, 1)},`);
  const needsOs = headers.some(([, value]) => typeof value !== "string");
  return [
    ...(needsOs ? ["import os", ""] : []),
    "import requests",
    "",
    `response = requests.${method.toLowerCase()}(`,
    ...lines,
    ")",
    "response.raise_for_status()",
    "print(response.text)",
  ].join("\n");
}

function php({ method, url, headers, body }: Call): string {
  const lines = [
    "<?php",
    `$request = curl_init(${PHP.text(url)});`,
    "curl_setopt_array($request, [",
  ];
  if (method !== "GET") lines.push(`    CURLOPT_CUSTOMREQUEST => '${method}',`);
  lines.push("    CURLOPT_RETURNTRANSFER => true,");
  if (headers.length > 0) {
    lines.push("    CURLOPT_HTTPHEADER => [");
    for (const [name, value] of headers) {
      lines.push(
        typeof value === "string"
          ? `        ${PHP.text(`${name}: ${value}`)},`
          : `        ${PHP.text(`${name}: ${value.before}`)} . getenv('${value.variable}'),`,
      );
    }
    lines.push("    ],");
  }
  if (body !== undefined) {
    lines.push(`    CURLOPT_POSTFIELDS => json_encode(${literal(body, PHP, 1)}),`);
  }
  return [...lines, "]);", "echo curl_exec($request);"].join("\n");
}

function go({ method, url, headers, body }: Call): string {
  const text = JSON.stringify(body);
  const sent =
    body === undefined
      ? "nil"
      : `strings.NewReader(${text.includes("`") ? JSON.stringify(text) : `\`${text}\``})`;
  const packages = ["fmt", "io", "net/http"];
  if (headers.some(([, value]) => typeof value !== "string")) packages.push("os");
  if (body !== undefined) packages.push("strings");
  return [
    "package main",
    "",
    "import (",
    ...packages.map((name) => `\t"${name}"`),
    ")",
    "",
    "func main() {",
    `\trequest, err := http.NewRequest("${method}", ${JSON.stringify(url)}, ${sent})`,
    "\tif err != nil {",
    "\t\tpanic(err)",
    "\t}",
    ...headers.map(([name, value]) => {
      const given =
        typeof value === "string"
          ? JSON.stringify(value)
          : value.before === ""
            ? `os.Getenv("${value.variable}")`
            : `"${value.before}"+os.Getenv("${value.variable}")`;
      return `\trequest.Header.Set(${JSON.stringify(name)}, ${given})`;
    }),
    "\tresponse, err := http.DefaultClient.Do(request)",
    "\tif err != nil {",
    "\t\tpanic(err)",
    "\t}",
    "\tdefer response.Body.Close()",
    "\tbody, _ := io.ReadAll(response.Body)",
    "\tfmt.Println(response.Status, string(body))",
    "}",
  ].join("\n");
}

/** How a language writes values that are JSON. */
interface Notation {
  readonly text: (text: string) => string;
  readonly words: Readonly<Record<string, string>>;
  readonly list: readonly [open: string, close: string];
  readonly object: readonly [open: string, pair: string, close: string];
  readonly noFields: string;
}

const PYTHON: Notation = {
  // Every JSON text is a text of Python too.
  text: (text) => JSON.stringify(text),
  words: { true: "True", false: "False", null: "None" },
  list: ["[", "]"],
  object: ["{", ": ", "}"],
  noFields: "{}",
};

const PHP: Notation = {
  text: (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`,
  words: {},
  list: ["[", "]"],
  object: ["[", " => ", "]"],
  // An empty list would be sent as one.
  noFields: "new stdClass()",
};

function literal(value: unknown, notation: Notation, depth: number): string {
  if (typeof value === "string") return notation.text(value);
  if (typeof value !== "object" || value === null) {
    const word = String(value);
    return notation.words[word] ?? word;
  }
  const inside = Array.isArray(value)
    ? value.map((item) => literal(item, notation, depth + 1))
    : Object.entries(value).map(
        ([name, item]) =>
          `${notation.text(name)}${notation.object[1]}${literal(item, notation, depth + 1)}`,
      );
  const [open, close] = Array.isArray(value)
    ? notation.list
    : [notation.object[0], notation.object[2]];
  if (inside.length === 0) return Array.isArray(value) ? open + close : notation.noFields;
  const indent = "    ".repeat(depth);
  return `${open}\n${inside.map((item) => `${indent}    ${item},\n`).join("")}${indent}${close}`;
}
