/**
 * Decides which schemes of apps a link may open.
 *
 * A scheme with `//` is an app's own, and there are too many to list: it is accepted unless it is
 * known to be dangerous. Without `//`, browsers and systems give schemes many meanings of their own,
 * so only those in the list are accepted.
 *
 * The lists begin with what Chromium never launches and what the HTML standard lets web pages handle.
 */

export type SchemeVerdict =
  | "accepted"
  | "refused"
  /** Neither known without `//`, nor written with it. */
  | "opaque";

/** Judges the scheme of a normalised URL that is not of the web. */
export function judgeScheme({ protocol, href }: Pick<URL, "protocol" | "href">): SchemeVerdict {
  const scheme = protocol.slice(0, -1);
  if (REFUSED.has(scheme) || REFUSED_KINDS.some((kind) => kind.test(scheme))) return "refused";
  return href.startsWith(`${protocol}//`) || WITHOUT_SLASHES.has(scheme) ? "accepted" : "opaque";
}

/** Schemes that are also accepted without `//`, as in `tel:+15551234`. */
export const WITHOUT_SLASHES: ReadonlySet<string> = new Set([
  // People: mail, calls, messages.
  "mailto",
  "tel",
  "sms",
  "smsto",
  "mms",
  "mmsto",
  "callto",
  "facetime",
  "facetime-audio",
  "im",
  "matrix",
  "msteams",
  "sip",
  "sips",
  "skype",
  "tg",
  "viber",
  "whatsapp",
  "xmpp",
  // Places, stores and media.
  "geo",
  "maps",
  "market",
  "spotify",
  "vnd.youtube",
  "webcal",
  // Payments and keys.
  "bitcoin",
  "ethereum",
  "lightning",
  "openpgp4fpr",
  "magnet",
  // Checked whole, by `intent.ts`.
  "intent",
]);

const REFUSED: ReadonlySet<string> = new Set([
  // Run code or commands, or hand what follows to a program that does.
  "appinstaller",
  "help",
  "jnlp",
  "jnlps",
  "lynxcgi",
  "lynxexec",
  "mocha",
  "shell",
  "shortcuts",
  "workflow",
  "x-apple-helpviewer",
  "x-man-page",
  // Open a terminal, another desktop, or a developer's tool on what they name.
  "anydesk",
  "atom",
  "cursor",
  "git-client",
  "jetbrains",
  "mvim",
  "putty",
  "rdp",
  "rlogin",
  "rustdesk",
  "sourcetree",
  "ssh",
  "telnet",
  "tn3270",
  "txmt",
  "vnc",
  "windsurf",
  "x-github-client",
  "zed",
  // Read files, shares and directories.
  "afp",
  "android.resource",
  "cid",
  "cifs",
  "content",
  "dav",
  "davs",
  "disk",
  "disks",
  "file",
  "filesystem",
  "ftp",
  "ftps",
  "gopher",
  "hcp",
  "its",
  "jar",
  "ldap",
  "ldaps",
  "mhtml",
  "mid",
  "mk",
  "news",
  "nfs",
  "nntp",
  "res",
  "resource",
  "scp",
  "sftp",
  "smb",
  "snews",
  "tftp",
  "webdav",
  "webdavs",
  // A browser's own pages and objects.
  "about",
  "blob",
  "brave",
  "data",
  "devtools",
  "edge",
  "moz-icon",
  "opera",
  "vivaldi",
  "ws",
  "wss",
  "wyciwyg",
  // Wrap another address, which nobody would check.
  "android-app",
  "ddgquicklink",
  "dolphin",
  "feed",
  "feeds",
  "itpc",
  "pcast",
  "opera-mini",
  "samsunginternet",
  "ucbrowser",
  "ucweb",
  "x-web-search",
  "yandexbrowser-open-url",
]);

const REFUSED_KINDS: readonly RegExp[] = [
  // Windows: settings, installers, Office and the search of Explorer.
  /^ms-/,
  /^onenote-cmd/,
  /^search/,
  /^vnd\.ms\./,
  // Any language: javascript, vbscript, livescript, applescript, x-help-script.
  /script$/,
  // Pages of browsers and of their extensions.
  /-extension$/,
  /^chrome/,
  /^view-source/,
  // Browsers that open the address that follows, also those named like x-safari-https.
  /https?$/,
  /^firefox/,
  /^googlechrome/,
  /^microsoft-edge/,
  /^x-safari/,
  // Install apps from outside of a store.
  /^itms-services/,
  // Have run what a link told them.
  /^teamviewer/,
  /^vscod/,
];
