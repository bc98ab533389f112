/** What a UTM parameter of a link may be called: `utm_source` and its kind. */
export const UTM_NAME = /^utm_[a-z0-9_]{1,30}$/;

export const UTM_VALUE_LENGTH_MAX = 255;
