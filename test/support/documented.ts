/** Holds every answer that a test gets against what the documents say of its operation. */

import * as z from "zod";

import { references } from "../../src/api/references.ts";
import { byPath } from "../../src/api/shared/operation.ts";
import type { ApiReference, Reference } from "../../src/api/shared/reference.ts";

interface Documented {
  readonly api: ApiReference;
  readonly id: string;
  readonly reference: Reference;
  readonly pattern: RegExp;
  readonly method: string;
  /** The statuses of failures. */
  readonly fails: ReadonlySet<number>;
}

/** Literal segments before parameters, as they are mounted. */
const documented: readonly Documented[] = references
  .flatMap((api) =>
    Object.entries(api.operations).flatMap(([id, operation]) => {
      const reference = api.reference[id];
      if (reference === undefined) throw new Error(`${id} has no reference.`);
      const fails = { ...api.failsAlways(operation, reference), ...reference.fails };
      const path = `${api.prefix}${operation.path}`;
      return [{ api, id, reference, path, method: operation.method, fails }];
    }),
  )
  .toSorted((a, b) => byPath(a.path, b.path))
  .map(({ path, fails, ...rest }) => ({
    ...rest,
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}/?$`),
    fails: new Set(Object.keys(fails).map(Number)),
  }));

/** Throws if the answer of a documented operation is none that its documents allow. */
export async function assertDocumented(
  method: string,
  url: string,
  response: Response,
): Promise<void> {
  const { pathname } = new URL(url);
  const operation = documented.find((one) => one.method === method && one.pattern.test(pathname));
  // A 503 is the server's trouble, which tests cause on purpose; a 500 fails those that look.
  if (operation === undefined || response.status >= 500) return;
  const where = `${method} ${pathname} (${operation.id}) answered ${response.status}`;
  const answer = operation.reference.answers[response.status];
  const schema = operation.fails.has(response.status) ? operation.api.failure : answer;
  if (schema === undefined) {
    throw new Error(`${where}, which is not documented: ${await response.clone().text()}`);
  }
  const isText = response.headers.get("Content-Type")?.startsWith("text/plain") === true;
  // Of a failure, the sentence alone.
  const hasText = operation.fails.has(response.status) && operation.api.name === "native";
  if (isText && (hasText || operation.reference.text?.[response.status] !== undefined)) return;
  if (schema === null || !(schema instanceof z.ZodType)) return;
  const body: unknown = await response.clone().json();
  const parsed = schema.safeParse(body);
  if (parsed.success) return;
  throw new Error(
    `${where}, not as documented: ${z.prettifyError(parsed.error)}\n${JSON.stringify(body)}`,
  );
}
