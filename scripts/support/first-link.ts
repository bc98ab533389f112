/** Commands that create a first link, follow it as a browser, and show the click, as in README. */

// curl under its own name is a bot: it is redirected but not counted.
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const TOKEN = `-H "Authorization: Bearer $(cat .signpost/token)"`;
const LINK = `-H "Content-Type: application/json" -d '{"destinationUrl":"https://example.com/hello","shortCode":"hello"}'`;

/** Returns the commands for an installation at this origin. */
export function firstLinkCommands(origin: string): readonly string[] {
  return [
    `curl -sw '\\n' ${origin}/api/links ${TOKEN} ${LINK}`,
    `curl -si ${origin}/hello -A "${BROWSER}"`,
    `sleep 2; curl -sw '\\n' ${origin}/api/analytics/overview ${TOKEN}`,
  ];
}
