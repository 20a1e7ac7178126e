/** What may be said in place of the parts of something. */
type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * The defaults, with what was given in their place. What was given as `undefined` was not given: it stands there
 * whenever a program hands on what it was not told itself, and the type of an optional property allows it.
 */
export function merged<T extends object>(defaults: T, given: Given<T> | undefined): T {
  // Most requests say nothing, and need no object of their own for that.
  if (given === undefined) return defaults;
  const all = { ...defaults };
  // Of `null`, which a program may hand on as well, there is nothing to go through.
  for (const name in given) {
    const value = given[name];
    if (value !== undefined) all[name] = value;
  }
  return all;
}
