/**
 * Replaces zod's JSON Schema (`[alias]` in wrangler.toml), from which the documents of the API are made,
 * but nothing in the Worker is.
 */

function unused(): never {
  throw new Error("The Worker makes no JSON Schema.");
}

export const aggregateChecks = unused;
export const anyProcessor = unused;
export const arrayProcessor = unused;
export const bigintProcessor = unused;
export const booleanProcessor = unused;
export const catchProcessor = unused;
export const customProcessor = unused;
export const dateProcessor = unused;
export const defaultProcessor = unused;
export const enumProcessor = unused;
export const fileProcessor = unused;
export const functionProcessor = unused;
export const intersectionProcessor = unused;
export const lazyProcessor = unused;
export const literalProcessor = unused;
export const mapProcessor = unused;
export const nanProcessor = unused;
export const neverProcessor = unused;
export const nonoptionalProcessor = unused;
export const nullableProcessor = unused;
export const nullProcessor = unused;
export const numberProcessor = unused;
export const objectProcessor = unused;
export const optionalProcessor = unused;
export const pipeProcessor = unused;
export const prefaultProcessor = unused;
export const promiseProcessor = unused;
export const readonlyProcessor = unused;
export const recordProcessor = unused;
export const setProcessor = unused;
export const stringProcessor = unused;
export const successProcessor = unused;
export const symbolProcessor = unused;
export const templateLiteralProcessor = unused;
export const toJSONSchema = unused;
export const transformProcessor = unused;
export const tupleProcessor = unused;
export const undefinedProcessor = unused;
export const unionProcessor = unused;
export const unknownProcessor = unused;
export const voidProcessor = unused;

/** Called with each schema, to make its methods. */
export const createStandardJSONSchemaMethod = () => unused;
export const createToJSONSchemaMethod = () => unused;
