/** The reference as Markdown, for programs that read: a twin of each page, and `/llms.txt`. */

import type { OperationObject, Schema } from "./document.ts";
import { callOf, samplesOf } from "./samples.ts";
import type { Api, Operation, ResourcePage, Site } from "./site.ts";
import { fieldsOf, namesIn, plain, wordsOf } from "./words.ts";

/** Returns the twin of a resource's page. */
export function markdownOf(api: Api, { tag, description, operations }: ResourcePage): string {
  const { schemas } = api.document.components;
  const names = [
    ...namesIn(
      operations.map(({ operation }) => operation),
      schemas,
    ),
  ];
  const objects = names.map((name) => {
    const schema = schemas[name] ?? {};
    return [`### ${name}`, schema.description, ...fieldLines(schema)];
  });
  const parts = [
    `# ${tag}`,
    `Of the ${api.document.info.title}.`,
    description,
    ...operations.flatMap(operationParts),
    ...(objects.length > 0 ? ["## Objects"] : []),
    ...objects.flat(),
  ];
  return `${parts.filter((part) => part !== undefined && part !== "").join("\n\n")}\n`;
}

function operationParts({ path, method, operation }: Operation): readonly (string | undefined)[] {
  const [curl] = samplesOf(callOf(path, method, operation));
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const [status, success] = Object.entries(responses).find(([code]) => Number(code) < 400) ?? [];
  const [type, answer] = Object.entries(success?.content ?? {})[0] ?? [];
  const failures = Object.entries(responses).filter(([code]) => Number(code) >= 400);
  const list = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [title, items.join("\n")];
  return [
    `## ${summary}`,
    `\`${method.toUpperCase()} ${path}\``,
    description,
    needs(operation),
    ...list(
      "Parameters:",
      parameters.map(({ name, in: place, schema, required = false, description: about }) =>
        line(
          `${name} (${place})`,
          { ...schema, ...(about !== undefined && { description: about }) },
          required,
        ),
      ),
    ),
    ...(body === undefined ? [] : ["Body:", ...fieldLines(body)]),
    `\`\`\`sh\n${curl?.text}\n\`\`\``,
    `Answer ${status}: ${success?.description}${type === undefined || type === "application/json" ? "" : ` ${type}.`}`,
    ...(answer === undefined || type !== "application/json" ? [] : fieldLines(answer.schema)),
    answer?.example === undefined
      ? undefined
      : `\`\`\`json\n${typeof answer.example === "string" ? answer.example : JSON.stringify(answer.example, null, 2)}\n\`\`\``,
    ...list(
      "Failures:",
      failures.map(([code, { description: when }]) => `- ${code}: ${when}`),
    ),
  ];
}

function needs(operation: OperationObject): string {
  const [first] = operation.security;
  if (first === undefined) return "Anybody may call it.";
  const parts = [`Authentication: ${operation.security.flatMap(Object.keys).join(" or ")}`];
  const { "x-scopes": scopes, "x-role": role, "x-plans": plans } = operation;
  if (scopes !== undefined) parts.push(`scope ${scopes.join(", ")}`);
  if (role !== undefined) parts.push(`role ${role} or above`);
  if (plans !== undefined) parts.push(`plan ${plans.join(" or ")}`);
  return `${parts.join("; ")}.`;
}

function fieldLines(schema: Schema): readonly string[] {
  const fields = fieldsOf(schema);
  if (fields.length === 0) return [plain(wordsOf(schema))];
  return [lines(schema, 0).join("\n")];
}

function lines(schema: Schema, depth: number): readonly string[] {
  return fieldsOf(schema).flatMap(({ name, schema: inner, isRequired }) => [
    `${"  ".repeat(depth)}${line(name, inner, isRequired)}`,
    ...lines(inner, depth + 1),
  ]);
}

function line(name: string, schema: Schema, isRequired: boolean): string {
  const about = schema.description?.replaceAll(/\s+/g, " ");
  const words = `${plain(wordsOf(schema))}${isRequired ? ", required" : ""}`;
  return `- \`${name}\`: ${words}${about === undefined ? "" : `. ${about}`}`;
}

/** Returns `/llms.txt` (llmstxt.org): what there is, and where it is told. */
export function overviewOf({ apis }: Site): string {
  const sections = apis.map(({ name, document: { info }, address, pages }) =>
    [
      `## ${info.title}`,
      "",
      `- [OpenAPI document](${address}): every call, machine-readable`,
      ...pages.map(
        ({ slug, tag, description }) =>
          `- [${tag}](/docs/${name}/${slug}.md): ${description.replaceAll(/\s+/g, " ")}`,
      ),
    ].join("\n"),
  );
  return (
    [
      "# Signpost",
      "> Short links that lead each visitor to the right place and are counted, with an API for all of it.",
      "## Guide\n\n- [Start here](/docs/start.md): tokens, first calls, errors, repeating calls, pages, limits",
      ...sections,
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}
