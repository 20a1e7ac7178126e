/** Values that may replace the defaults. */
type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * The defaults, overridden by the given values. A given `undefined` counts as not given: programs pass it on for
 * options that they were not given, and the types of optional properties allow it.
 */
export function merged<T extends object>(defaults: T, given: Given<T> | undefined): T {
  // Most requests override nothing, and need no object of their own.
  if (given === undefined) return defaults;
  const all = { ...defaults };
  // The loop skips `null`, which a program may pass on as well.
  for (const name in given) {
    const value = given[name];
    if (value !== undefined) all[name] = value;
  }
  return all;
}
