/**
 * What the documents say of an API beside its table of operations: words, the schemas of its
 * answers, examples. The Worker never loads it: the OpenAPI documents and the reference are built
 * from it, and tests check every answer that they get against it.
 *
 * Descriptions of fields are the doc comments in the schemas.
 */

import type * as z from "zod";

/** What a function returns that makes an answer of this schema. */
export type AnswerOf<S extends z.ZodType> = Unchanging<z.output<S>>;

/** A value of which nothing can be changed. */
type Unchanging<T> = T extends (infer Item)[]
  ? readonly Unchanging<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Unchanging<T[Key]> }
    : T;

/** A body of an answer that is no JSON. */
export interface OtherAnswer {
  readonly contentType: string;
  /** What it holds, in a sentence. */
  readonly description: string;
}

/**
 * What the documents read of an operation. A type of its own, since the tools that read it know
 * nothing of the Worker's.
 */
export interface DescribedOperation {
  readonly method: string;
  readonly path: string;
  readonly requires: {
    readonly who: "account" | "token" | "session" | "operator";
    readonly scope?: string;
    readonly role?: string;
    readonly features?: readonly string[];
  } | null;
  readonly inWorkspace?: string;
  readonly query?: z.ZodType;
  readonly body?: {
    readonly schema: z.ZodType;
    readonly limitBytes?: number;
    readonly forms?: boolean;
    readonly form?: z.ZodType;
    readonly textTypes?: readonly string[];
    readonly optional?: boolean;
  };
}

/** The words, answers and examples of one operation. */
export interface Reference {
  /** What it does, as an imperative: "Create a tag". */
  readonly summary: string;
  /** What the summary and the schemas cannot say, as CommonMark. */
  readonly description?: string;
  /** The answers of success by status; null is one without a body. */
  readonly answers: Readonly<Record<number, z.ZodType | OtherAnswer | null>>;
  /** What the text holds that `Accept: text/plain` asks for, by status. */
  readonly text?: Readonly<Record<number, string>>;
  /** When it fails with each status, beside what all operations of its kind have in common. */
  readonly fails?: Readonly<Record<number, string>>;
  /** Describes the parameters of its path. */
  readonly params?: Readonly<Record<string, string>>;
  /** The query in place of the row's schema, which may leave to the engine what it reads. */
  readonly query?: z.ZodType;
  /** The body, likewise. */
  readonly body?: z.ZodType;
  /** The headers that it reads, beside those of authentication. */
  readonly headers?: readonly RequestHeader[];
  /** The headers that its answer may have, beside those of every answer. */
  readonly answerHeaders?: readonly AnswerHeader[];
  /** A request and its answer, as they would be sent. */
  readonly example?: Example;
}

export type RequestHeader = "Idempotency-Key" | "If-Match" | "If-None-Match" | "X-Goal-Secret";

export type AnswerHeader = "ETag" | "Idempotent-Replayed" | "Link" | "Signpost-Live-By";

export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer?: unknown;
}

/** A table without what answers its operations. */
export type Contracts = Readonly<Record<string, DescribedOperation>>;

/** Returns a table with its paths below another one, for a document of several tables. */
export function below<T extends Contracts>(
  path: string,
  table: T,
): { readonly [Id in keyof T]: DescribedOperation } {
  const rows = Object.entries(table).map(([id, row]) => [
    id,
    { ...row, path: `${path}${row.path}` },
  ]);
  return Object.fromEntries(rows) as { [Id in keyof T]: DescribedOperation };
}

/** The reference of a table: a row for each operation. */
export type ReferenceOf<T extends Contracts> = Readonly<Record<keyof T, Reference>>;

/** A group of operations that the reference shows on one page. */
export interface Resource {
  /** "Links" */
  readonly title: string;
  /** What it is, as CommonMark. */
  readonly description: string;
  /** The ids of its operations, in the order in which they are shown. */
  readonly operations: readonly string[];
}

/** All that is said of one API. */
export interface ApiReference {
  /** In the addresses of its documents: "native". */
  readonly name: string;
  /** Where its OpenAPI document is: "/api/openapi.json". */
  readonly address: string;
  /** "Signpost API" */
  readonly title: string;
  /** What it is for and how to begin, as CommonMark. */
  readonly description: string;
  /** The path before every operation's. */
  readonly prefix: string;
  readonly operations: Contracts;
  readonly reference: Readonly<Partial<Record<string, Reference>>>;
  readonly resources: readonly Resource[];
  /** Schemas that several operations show, by the names that clients' types get. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  /** The body of every failure. */
  readonly failure: z.ZodType;
  /** When any operation of its kind fails with each status. */
  readonly failsAlways: (
    operation: DescribedOperation,
    reference: Reference,
  ) => Readonly<Record<number, string>>;
}
