/** Characters that the contracts of several dialects refuse in a text. */

// oxlint-disable-next-line no-control-regex -- the pattern is meant to match control characters
export const CONTROL = /[\u0000-\u001f\u007f]/;
// oxlint-disable-next-line no-control-regex -- the same, except for line breaks and tabs
export const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
