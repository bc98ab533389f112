/** The characters that a secret needs. A signature of a shorter one could be tried out offline. */
export const SECRET_LENGTH_MIN = 32;
