/** A field that should be a text: empty, or as given, if it is anything else. */
export const textOr = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
