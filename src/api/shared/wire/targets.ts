/**
 * Explains why a destination is refused, in the wording of the native API and of RevoLink. PVTLNK's
 * differs only where its page has words of its own.
 */

import { DESTINATION_LENGTH_MAX, type DestinationFault } from "../../../links/destination.ts";

/** Returns the words that follow the field's name. */
export function targetProblem({ problem, scheme = "" }: DestinationFault): string {
  switch (problem) {
    case "not_a_url":
      return "must be a valid URL";
    case "too_long":
      return `must be a URL of at most ${DESTINATION_LENGTH_MAX} characters`;
    case "control_character":
      return "must be a valid URL without control characters";
    case "scheme_refused":
      return `must be a URL of the web or of an app: the scheme ${scheme}: is not allowed, so send an address that begins with https://, or the app's own`;
    case "scheme_opaque":
      return `must be a URL of the web or of an app: send ${scheme}:// with two slashes, or one of the schemes that need none, such as mailto: and tel:`;
    case "intent_malformed":
      return "must be an intent: URL with known keys, each once, that ends with ;end and whose S.browser_fallback_url is a web address";
    case "credentials":
      return "must be a valid URL without a user name or password";
    case "own_host":
      return "must lead elsewhere: this host serves short links itself";
  }
}
