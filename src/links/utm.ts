/** The accepted names of UTM parameters: `utm_source` and the like. */
export const UTM_NAME = /^utm_[a-z0-9_]{1,30}$/;

export const UTM_VALUE_LENGTH_MAX = 255;

/** The most UTM parameters of one link. */
export const UTM_NAMES_MAX = 20;
