import { HOSTNAME_LENGTH_MAX, type HostnameProblem } from "../../../links/hostname.ts";

/** Explains why a host name cannot be claimed. */
export function hostnameSentence(problem: HostnameProblem): string {
  switch (problem) {
    case "malformed":
      return "hostname must be a host name alone, such as go.example.com";
    case "address":
      return "hostname must be a name, and not an IP address";
    case "single_label":
      return "hostname must have a dot in it, such as go.example.com";
    case "too_long":
      return `hostname must be at most ${HOSTNAME_LENGTH_MAX} characters`;
    case "own":
      return "hostname must be a name of your own: this one belongs to the service";
  }
}
