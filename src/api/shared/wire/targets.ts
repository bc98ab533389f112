/**
 * Explains why the destination of a rule or a variant is refused, in the wording of the native API
 * and of RevoLink.
 */

import { DESTINATION_LENGTH_MAX, type DestinationProblem } from "../../../links/destination.ts";

/** The words that follow the field's name. */
export const TARGET_PROBLEMS: Readonly<Record<DestinationProblem, string>> = {
  not_a_url: "must be a valid URL",
  too_long: `must be a URL of at most ${DESTINATION_LENGTH_MAX} characters`,
  control_character: "must be a valid URL without control characters",
  scheme_refused: "must be a URL of the web or of an app: this scheme is not allowed",
  credentials: "must be a valid URL without a user name or password",
  own_host: "must lead elsewhere: this host serves short links itself",
};
