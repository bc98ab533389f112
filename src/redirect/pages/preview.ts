/** The pages that lead on from a short link, in a file of their own because few visits need them. */

import type { Page } from "./page.ts";

/** Returns the page that shows where a link leads, without going there. */
export function preview(destination: string): Page {
  return {
    status: 200,
    title: "Where this link leads",
    text: destination,
    action: onwardTo(destination),
  };
}

/** Returns the link to a destination, or, if there is none to show, to the address that was asked for. */
export function onward(asked: string, destination: string | null): NonNullable<Page["action"]> {
  return destination === null ? { href: asked, label: "Open this link" } : onwardTo(destination);
}

function onwardTo(destination: string): NonNullable<Page["action"]> {
  return { href: destination, label: labelOf(new URL(destination)) };
}

/**
 * Returns the page that leads on to a destination by itself, or, if there is none to show, by hand
 * to the address that was asked for.
 */
export function leadingOn(asked: string, destination: string | null): Page {
  return {
    status: 200,
    title: "This link opens in a browser",
    text: "If nothing happens, go on here:",
    action: onward(asked, destination),
    ...(destination !== null && { refresh: destination }),
  };
}

/** Names what a destination opens: not each has a host, and an app's may be any word. */
function labelOf({ protocol, host, pathname }: URL): string {
  switch (protocol) {
    case "http:":
    case "https:":
      return `Continue to ${host}`;
    case "tel:":
      return `Call ${pathname}`;
    case "sms:":
      return `Send a message to ${pathname}`;
    case "mailto:":
      return pathname === "" ? "Write an e-mail" : `Write to ${pathname}`;
    default:
      return `Open the app for ${protocol.slice(0, -1)} links`;
  }
}
