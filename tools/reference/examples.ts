/** Checks the examples of a reference against the schemas beside them. */

import type * as z from "zod";

import type {
  ApiReference,
  DescribedOperation,
  Reference,
} from "../../src/api/shared/reference.ts";
import { isOther, pathParameters } from "./openapi.ts";

/** Returns a sentence for each example that is wrong. */
export function wrongExamples({ operations, reference }: ApiReference): readonly string[] {
  return Object.entries(reference).flatMap(([id, words]) => {
    const operation = operations[id];
    if (operation === undefined || words === undefined) return [];
    return problemsOf(operation, words).map((problem) => `${id}: ${problem}`);
  });
}

function problemsOf(operation: DescribedOperation, words: Reference): readonly string[] {
  const { example = {}, answers } = words;
  const problems: string[] = [];
  const check = (what: string, schema: z.ZodType | undefined, value: unknown): void => {
    if (value === undefined) return;
    if (schema === undefined) {
      problems.push(`its example has a ${what}, and its row has none`);
      return;
    }
    for (const { path, message } of schema.safeParse(value).error?.issues ?? []) {
      problems.push(`the ${what} of its example is wrong at "${path.join(".")}": ${message}`);
    }
  };
  check("query", words.query ?? operation.query, example.query);
  check("body", words.body ?? operation.body?.schema, example.body);
  const [answer] = Object.values(answers);
  if (answer !== undefined && answer !== null && isOther(answer)) {
    if (example.answer !== undefined && typeof example.answer !== "string") {
      problems.push(`its answer is ${answer.contentType}, and that of its example is no text`);
    }
  } else {
    check("answer", answer ?? undefined, example.answer);
  }
  const named = pathParameters(operation.path);
  const given = Object.keys(example.params ?? {});
  const missing = named.filter((name) => !given.includes(name));
  if (missing.length > 0) problems.push(`its example lacks ${missing.join(", ")} of its path`);
  const unknown = given.filter((name) => !named.includes(name));
  if (unknown.length > 0) problems.push(`its path has no ${unknown.join(", ")}`);
  return problems;
}
