/** The files of the reference: pages, their twins in Markdown, the index of the search. */

import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Document, OperationObject } from "./document.ts";
import { markdownOf, overviewOf } from "./markdown.ts";
import { resourcePage } from "./resource-page.ts";
import { type Page, renderPage } from "./shell.ts";
import { notFoundPage, startPage, tryPage } from "./start-page.ts";

export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: OperationObject;
}

export interface ResourcePage {
  readonly slug: string;
  readonly tag: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

export interface PublishedDocument {
  /** Of its API, in addresses. */
  readonly name: string;
  readonly document: Document;
  /** Where it is served. */
  readonly address: string;
}

export interface Api extends PublishedDocument {
  readonly pages: readonly ResourcePage[];
}

export interface Site {
  readonly apis: readonly Api[];
  /** "Start here", as CommonMark. */
  readonly start: string;
}

const ASSETS = path.join(import.meta.dirname, "assets");

/** Returns the text of each file by its path in `public/`. */
export async function siteFiles(
  documents: readonly PublishedDocument[],
): Promise<ReadonlyMap<string, string>> {
  const start = await readFile(path.join(import.meta.dirname, "start.md"), "utf8");
  const site: Site = {
    start,
    apis: documents.map((api) => ({ ...api, pages: pagesOf(api.document) })),
  };
  const files = new Map<string, string>();
  for (const { address, document } of documents) {
    files.set(address.slice(1), `${JSON.stringify(document)}\n`);
  }
  const pages: Page[] = [startPage(site), tryPage(site), notFoundPage()];
  for (const api of site.apis) {
    for (const resource of api.pages) {
      pages.push(resourcePage(api, resource));
      files.set(`docs/${api.name}/${resource.slug}.md`, markdownOf(api, resource));
    }
  }
  for (const page of pages) files.set(`docs${page.path}.html`, await renderPage(site, page));
  files.set("docs/start.md", start);
  files.set("docs/search.json", JSON.stringify(searchIndex(site)));
  files.set("llms.txt", overviewOf(site));
  for (const name of ["reference.css", "search.js", "try.js"]) {
    files.set(`docs/${name}`, await readFile(path.join(ASSETS, name), "utf8"));
  }
  return files;
}

function pagesOf({ tags, paths }: Document): readonly ResourcePage[] {
  const all = Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path: route, method, operation })),
  );
  return tags.map(({ name, description }) => ({
    slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    tag: name,
    description,
    operations: all.filter(({ operation }) => operation.tags.includes(name)),
  }));
}

interface Found {
  readonly title: string;
  readonly detail: string;
  readonly url: string;
  /** What is searched beside the title. */
  readonly words: string;
}

function searchIndex({ apis }: Site): readonly Found[] {
  return apis.flatMap(({ name, document, pages }) =>
    pages.flatMap(({ slug, tag, operations }) =>
      operations.map(({ path: route, method, operation }): Found => {
        const names = [...JSON.stringify(operation.requestBody ?? {}).matchAll(/"(\w+)":\{/g)];
        const parameters = operation.parameters?.map((parameter) => parameter.name) ?? [];
        return {
          title: operation.summary,
          detail: `${method.toUpperCase()} ${route}`,
          url: `/docs/${name}/${slug}#${operation.operationId}`,
          words: [
            ...new Set([
              tag,
              document.info.title,
              operation.operationId,
              ...parameters,
              ...names.map(([, field]) => field),
            ]),
          ].join(" "),
        };
      }),
    ),
  );
}
