/** Codes that are kept for dialects and pages to come: a code once given is given for good. */
export const RESERVED_FOR_LATER: readonly string[] =
  "rest v4 mcp dub oauth oauth2 graphql docs links tags domains folders analytics events track yourls sdk webhooks stats bio report setup live".split(
    " ",
  );
