/** Reads user agents in the vocabulary that rules and reports share. */

import UAParser from "ua-parser-js";

import type { Device } from "./contract.ts";

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

const AGENTS_MAX = 2_000;
const parsed = new Map<string, Agent>();

/**
 * Reads a user agent, with what the client hints say where there are any (`client-hints.ts`): they
 * name what the user agent hides or freezes. An empty or unknown one is a desktop without names.
 */
export function agentOf(userAgent: string, hints: string | null = null): Agent {
  const agent = parsedAgent(userAgent);
  return hints === null ? agent : withHints(agent, hints);
}

function withHints({ device, browser, os }: Agent, hints: string): Agent {
  const [brand = "", platform = "", mobile = ""] = hints.split(";");
  return {
    // A tablet says that it is not mobile, as a desktop does: only a yes says something.
    device: mobile === "1" && device === "desktop" ? "mobile" : device,
    browser: brand === "" ? browser : brand,
    os: platform === "" || platform === "Unknown" ? os : osName(platform),
  };
}

function parsedAgent(userAgent: string): Agent {
  const known = parsed.get(userAgent);
  if (known !== undefined) return known;
  const agent = parse(userAgent);
  // Most clicks share few user agents, so what was added first is no worse a loss than another.
  for (const oldest of parsed.keys()) {
    if (parsed.size < AGENTS_MAX) break;
    parsed.delete(oldest);
  }
  parsed.set(userAgent, agent);
  return agent;
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
