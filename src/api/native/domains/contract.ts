/** The requests about domains. `parseClaim` reads the host name itself, and `changeDomain` the URLs. */

import * as z from "zod";

import { ROBOTS } from "../../../links/route/host-record.ts";
import { isObject } from "../../../platform/is-object.ts";
import { unlessEmpty } from "../../shared/plain-values.ts";

/** Longer than any host name: one that is only a little too long gets the sentence of its form. */
const LENGTH_MAX = 1_000;
const FILE_CHARACTERS_MAX = 64 * 1024;

/** Room for both files, however they are written. */
export const CHANGES_BYTES_MAX = 512 * 1024;

export const newDomain = z.object({
  /** Such as `go.example.com`. */
  hostname: z
    .string({ error: "hostname is required and must be a text" })
    .trim()
    .max(LENGTH_MAX, `hostname must be at most ${LENGTH_MAX} characters`),
});

export const domainChanges = z.object({
  /** Where `/` leads; null for a page that says what the domain is for. */
  rootUrl: url("rootUrl"),
  /** Where a code leads that no link has; null for a page that says so. */
  notFoundUrl: url("notFoundUrl"),
  /** What `robots.txt` tells crawlers; null for no such file. */
  robots: unlessEmpty(
    z.enum(ROBOTS, { error: `robots must be one of ${ROBOTS.join(", ")}, or null` }).nullable(),
  ),
  /** What `/.well-known/apple-app-site-association` holds; null for none. */
  appleAppSiteAssociation: file(
    isAssociation,
    `appleAppSiteAssociation must be an object with applinks, webcredentials, appclips or activitycontinuation`,
  ),
  /** What `/.well-known/assetlinks.json` holds; null for none. */
  assetLinks: file(
    isAssetLinks,
    "assetLinks must be a list of statements, each with a list relation and an object target that has a namespace",
  ),
});

function url(field: string) {
  return unlessEmpty(z.string({ error: `${field} must be a URL, or null` }).nullable());
}

/** Reads a file, which becomes its text. */
function file(isValid: (value: unknown) => boolean, error: string) {
  const [field = ""] = error.split(" ", 1);
  return unlessEmpty(
    z
      .unknown()
      .refine((value) => value === null || isValid(value), { error: `${error}; or null` })
      .transform((value) => (value === null ? null : JSON.stringify(value)))
      .refine((text) => text === null || text.length <= FILE_CHARACTERS_MAX, {
        error: `${field} must be at most ${FILE_CHARACTERS_MAX} characters of JSON`,
      }),
  );
}

const SERVICES = ["applinks", "webcredentials", "appclips", "activitycontinuation"];

function isAssociation(value: unknown): boolean {
  return isObject(value) && SERVICES.some((service) => isObject(value[service]));
}

function isAssetLinks(value: unknown): boolean {
  return Array.isArray(value) && value.every(isStatement);
}

function isStatement(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { relation, target } = value;
  return Array.isArray(relation) && isObject(target) && typeof target["namespace"] === "string";
}
