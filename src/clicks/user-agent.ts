/** Parses user agents into the vocabulary that rules and reports share. */

import UAParser from "ua-parser-js";

import type { Device, LedgerClick } from "../ledger/contract.ts";
import { type Sender, senderOf } from "./classify.ts";
import type { Click } from "./click.ts";

export interface Agent {
  readonly device: Device;
  /** "Chrome", "Firefox", "Safari", "Edge", "Opera", "Brave", another readable name, or empty. */
  readonly browser: string;
  /** "Windows", "macOS", "Linux", "iOS", "Android", another readable name, or empty. */
  readonly os: string;
}

const DEVICES = ["mobile", "tablet", "console", "smarttv", "wearable", "embedded"] as const;

/** Distributions and relatives, since a rule that targets "Linux" means them all. */
const LINUX =
  /^(?:linux|ubuntu|debian|fedora|chrom(?:e|ium) os|mint|red ?hat|centos|arch|gentoo|suse|opensuse|slackware|manjaro|mageia|mandriva|linpus|zenwalk|elementary os|pclinuxos|raspbian|gnu|kubuntu|xubuntu|lubuntu|deepin)\b/i;

/** A parsed user agent. Rules never need the sender, so it is classified on demand. */
interface Known {
  readonly agent: Agent;
  sender: Sender | null;
}

const AGENTS_MAX = 2_000;
/**
 * The longest user agent that is cached. The redirect truncates at 512 characters, and a truncated
 * string may retain the whole header, up to 100 kB.
 */
const REMEMBERED_CHARS_MAX = 511;
const known = new Map<string, Known>();

/**
 * Parses a user agent. Client hints (`client-hints.ts`), where present, name what the user agent
 * hides or freezes. An empty or unknown user agent yields a desktop with empty names.
 */
export function agentOf(userAgent: string, hints: string | null = null): Agent {
  return withHints(knownOf(userAgent).agent, hints);
}

/** Returns everything that a click's user agent reveals, with one cache lookup. */
export function readAgent({
  kind,
  userAgent,
  hints,
}: Pick<Click, "kind" | "userAgent" | "hints">): Agent & Pick<LedgerClick, "class"> {
  const read = knownOf(userAgent);
  return {
    // The same as `classify`, but cached.
    class: kind === "visit" ? (read.sender ??= senderOf(userAgent)) : kind,
    ...withHints(read.agent, hints),
  };
}

function withHints(agent: Agent, hints: string | null): Agent {
  if (hints === null) return agent;
  const { device, browser, os } = agent;
  const [brand = "", platform = "", mobile = ""] = hints.split(";");
  return {
    // Tablets, like desktops, send "not mobile", so only a yes is informative.
    device: mobile === "1" && device === "desktop" ? "mobile" : device,
    browser: brand === "" ? browser : brand,
    os: platform === "" || platform === "Unknown" ? os : osName(platform),
  };
}

function knownOf(userAgent: string): Known {
  const found = known.get(userAgent);
  if (found !== undefined) return found;
  const read: Known = { agent: parse(userAgent), sender: null };
  if (userAgent.length > REMEMBERED_CHARS_MAX) return read;
  // Most clicks share few user agents, so evicting the oldest entry is as good as any other choice.
  for (const oldest of known.keys()) {
    if (known.size < AGENTS_MAX) break;
    known.delete(oldest);
  }
  known.set(userAgent, read);
  return read;
}

/**
 * What a user agent says in words that ua-parser-js does not read, or reads as something else. The
 * first that matches decides; without a device, the library's device stands.
 */
const MISREAD: readonly { when: RegExp; os: string; device?: Device }[] = [
  { when: /^Mozilla\/5\.0 \(Apple Watch;/, os: "watchOS", device: "wearable" },
  // iPads ask for desktop pages by default, and pose as a Mac.
  { when: /\(Macintosh;.*\b(?:CriOS|FxiOS|EdgiOS|OPiOS|GSA)\//, os: "iOS", device: "tablet" },
  { when: /\bAndroid\b.*\bChromecast\b/, os: "Android", device: "smarttv" },
  // Phones that run Android's apps, whatever their system is called.
  { when: /\bAndroid [\d.]+; HarmonyOS\b/, os: "Android" },
  { when: /\bOpenHarmony [\d.]+; Android\b/, os: "Android" },
  { when: /\bOpenHarmony\b/, os: "HarmonyOS" },
  // The library finds an iPhone in "MIDP".
  { when: /\bJ2ME\/MIDP\b/, os: "", device: "mobile" },
  { when: /^\[FB(?:AN|_IAB)\/FB4A;/, os: "Android", device: "mobile" },
];

function parse(userAgent: string): Agent {
  const { device, browser, os } = new UAParser(userAgent).getResult();
  const misread = MISREAD.find(({ when }) => when.test(userAgent));
  const system = misread?.os ?? osName(os.name ?? "");
  const handheld = system === "Android" || system === "iOS" ? "mobile" : "desktop";
  return {
    device: misread?.device ?? DEVICES.find((name) => name === device.type) ?? handheld,
    // Brave poses as Chrome, except where it adds its own name.
    browser: /\bBrave\b/.test(userAgent) ? "Brave" : browserName(browser.name ?? ""),
    os: system,
  };
}

function browserName(name: string): string {
  if (/safari/i.test(name)) return "Safari";
  if (name.startsWith("Opera")) return "Opera";
  if (/^(?:mobile )?chrom(?:e|ium)\b/i.test(name)) return "Chrome";
  if (/^(?:mobile )?firefox\b/i.test(name)) return "Firefox";
  return name;
}

function osName(name: string): string {
  if (name === "Mac OS") return "macOS";
  if (name.startsWith("Android")) return "Android";
  return LINUX.test(name) ? "Linux" : name;
}
