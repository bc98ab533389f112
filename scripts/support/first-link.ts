/** Three lines to copy: create a link, follow it as a browser does, see the click. README has the same. */

// curl by its own name is a bot: led on, and not counted.
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const TOKEN = `-H "Authorization: Bearer $(cat .signpost/token)"`;
const LINK = `-H "Content-Type: application/json" -d '{"destinationUrl":"https://example.com/hello","shortCode":"hello"}'`;

/** Gives the lines for an installation at this address. */
export function firstLinkCommands(origin: string): readonly string[] {
  return [
    `curl -sw '\\n' ${origin}/api/links ${TOKEN} ${LINK}`,
    `curl -si ${origin}/hello -A "${BROWSER}"`,
    `sleep 2; curl -sw '\\n' ${origin}/api/analytics/overview ${TOKEN}`,
  ];
}
