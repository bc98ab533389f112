/** Renders the small pages that a short link may show: self-contained, no scripts, no requests. */

/** The content of a page. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** A link at the end; the URL must be normalised (`URL.href`), of a scheme that links may have. */
  readonly action?: { readonly href: string; readonly label: string };
  /** Where the page leads by itself, with the same demands on the URL. */
  readonly refresh?: string;
  /** Markup of the head, written to the page unescaped. */
  readonly head?: string;
  /** Markup at the end, written to the page unescaped: nothing that a visitor could choose. */
  readonly form?: string;
}

const STYLE =
  ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;" +
  "font:1rem/1.5 system-ui,sans-serif}" +
  "main{max-width:32rem;padding:2rem}h1{font-size:1.5rem;margin:0 0 .5rem}" +
  "p{margin:0 0 1rem;overflow-wrap:anywhere}";

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** Omits `form-action` for a form, as it would also apply to the redirect to the destination. */
export function pageHeaders({ form }: Page): Record<string, string> {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": form === undefined ? `${POLICY}; form-action 'none'` : POLICY,
    "X-Content-Type-Options": "nosniff",
  };
}

export function renderPage({ title, text, action, refresh, head = "", form = "" }: Page): string {
  const link =
    action === undefined
      ? ""
      : `<p><a rel="nofollow" href="${escape(action.href)}">${escape(action.label)}</a></p>`;
  const onward =
    refresh === undefined ? "" : `<meta http-equiv="refresh" content="0;url=${escape(refresh)}">`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1">` +
    // Here and not in a header, because every header adds to the cost of each answer.
    `<meta name="referrer" content="no-referrer">` +
    `${onward}${head}<title>${escape(title)}</title>` +
    `<style>${STYLE}</style></head><body><main><h1>${escape(title)}</h1>` +
    `<p>${escape(text)}</p>${link}${form}</main></body></html>`
  );
}

export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
