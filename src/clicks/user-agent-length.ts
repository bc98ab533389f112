/** How much of a user agent is kept. By itself, because the redirect loads it and nothing else here. */

export const USER_AGENT_CHARS_MAX = 512;
