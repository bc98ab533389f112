/** Why a link is refused, in words for the person who sent it. */
import type { DestinationProblem } from "../../links/destination.ts";
import { DESTINATION_LENGTH_MAX } from "../../links/destination.ts";
import type { DestinationRefused } from "../../links/errors.ts";

const PROBLEMS: Readonly<Record<DestinationProblem, string>> = {
  not_a_url: "is required and must be a valid URL",
  too_long: `must be a URL of at most ${DESTINATION_LENGTH_MAX} characters`,
  control_character: "must be a valid URL without control characters",
  scheme_refused: "must be a valid URL that begins with http:// or https://",
  credentials: "must be a valid URL without a user name or password",
  own_host: "must lead elsewhere: this host serves short links itself",
};

export function destinationSentence({ field, problem }: DestinationRefused): string {
  if (field === "expiredUrl" && problem === "not_a_url") return "expiredUrl must be a valid URL";
  return `${field} ${PROBLEMS[problem]}`;
}
