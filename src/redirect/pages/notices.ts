/** The notices that a short link shows when it does not redirect. Programs read the JSON code. */

import type { Page } from "./page.ts";

export interface Notice extends Page {
  readonly code:
    | "NOT_FOUND"
    | "GONE"
    | "LOOP"
    | "FORBIDDEN"
    | "METHOD_NOT_ALLOWED"
    | "UNAVAILABLE"
    | "PASSWORD_REQUIRED"
    | "PASSWORD_WRONG"
    | "RATE_LIMIT_EXCEEDED"
    | "VALIDATION_ERROR";
}

/** For an unknown code and for a link that has not started, so that a visitor cannot tell which. */
export const NOT_FOUND: Notice = {
  code: "NOT_FOUND",
  status: 404,
  title: "This link does not exist",
  text: "Nothing is published here. Check the address, or ask the person who gave it to you.",
};

export const GONE: Notice = {
  code: "GONE",
  status: 410,
  title: "This link is no longer available",
  text: "It has expired or was switched off by its owner.",
};

export const NOT_FOR_PROGRAMS: Notice = {
  code: "FORBIDDEN",
  status: 403,
  title: "This link is for people",
  text: "It can be followed a limited number of times, and programs use none of them.",
};

export const METHOD_NOT_ALLOWED: Notice = {
  code: "METHOD_NOT_ALLOWED",
  status: 405,
  title: "A short link can only be followed",
  text: "Use GET or HEAD to follow it.",
};

export const LOOP: Notice = {
  code: "LOOP",
  status: 508,
  title: "This link leads to itself",
  text: "Its owner must change its destination.",
};

/** For a visitor who scanned for codes. It does not reveal whether this one exists. */
export const TOO_MANY_MISSES: Notice = {
  code: "RATE_LIMIT_EXCEEDED",
  status: 429,
  title: "Too many unknown addresses",
  text: "Your network requested many addresses that do not exist. Try again in a minute.",
};

export const UNAVAILABLE: Notice = {
  code: "UNAVAILABLE",
  status: 503,
  title: "Please try again in a moment",
  text: "This link could not be looked up just now.",
};
