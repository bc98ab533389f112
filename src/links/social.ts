/** The card that apps show where a link was shared, instead of that of its destination. */

export const SOCIAL_TITLE_LENGTH_MAX = 255;
export const SOCIAL_DESCRIPTION_LENGTH_MAX = 1_000;
export const SOCIAL_IMAGE_LENGTH_MAX = 2_048;

/** As it is stored and published; an absent part is not shown. */
export interface SocialCard {
  readonly title: string;
  readonly description?: string;
  /** An https URL, as sent. */
  readonly image?: string;
}
