/** Reads user agents in the vocabulary that rules and reports share. */

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

/** Distributions and relatives; whoever targets "Linux" means them all. */
const LINUX =
  /^(?:linux|ubuntu|debian|fedora|chrom(?:e|ium) os|mint|red ?hat|centos|arch|gentoo|suse|opensuse|slackware|manjaro|mageia|mandriva|linpus|zenwalk|elementary os|pclinuxos|raspbian|gnu|kubuntu|xubuntu|lubuntu|deepin)\b/i;

/** What has been read of a user agent. Rules never ask who sends it, so that is read when asked for. */
interface Known {
  readonly agent: Agent;
  sender: Sender | null;
}

const AGENTS_MAX = 2_000;
/** The redirect cuts at 512. A text that was cut keeps in memory all that was sent, 100 kB if need be. */
const REMEMBERED_CHARS_MAX = 511;
const known = new Map<string, Known>();

/**
 * Reads a user agent, with what the client hints say where there are any (`client-hints.ts`): they
 * name what the user agent hides or freezes. An empty or unknown one is a desktop without names.
 */
export function agentOf(userAgent: string, hints: string | null = null): Agent {
  return withHints(knownOf(userAgent).agent, hints);
}

/** Reads all that a click tells by its user agent, with one look at what is remembered. */
export function readAgent({
  kind,
  userAgent,
  hints,
}: Pick<Click, "kind" | "userAgent" | "hints">): Agent & Pick<LedgerClick, "class"> {
  const read = knownOf(userAgent);
  return {
    // As `classify` has it.
    class: kind === "visit" ? (read.sender ??= senderOf(userAgent)) : kind,
    ...withHints(read.agent, hints),
  };
}

function withHints(agent: Agent, hints: string | null): Agent {
  if (hints === null) return agent;
  const { device, browser, os } = agent;
  const [brand = "", platform = "", mobile = ""] = hints.split(";");
  return {
    // A tablet says that it is not mobile, as a desktop does: only a yes says something.
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
  // Most clicks share few user agents, so what was added first is no worse a loss than another.
  for (const oldest of known.keys()) {
    if (known.size < AGENTS_MAX) break;
    known.delete(oldest);
  }
  known.set(userAgent, read);
  return read;
}

function parse(userAgent: string): Agent {
  const { device, browser, os } = new UAParser(userAgent).getResult();
  const system = osName(os.name ?? "");
  const handheld = system === "Android" || system === "iOS" ? "mobile" : "desktop";
  return {
    device: DEVICES.find((name) => name === device.type) ?? handheld,
    // Brave hides behind Chrome's name, but for where it adds its own.
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
