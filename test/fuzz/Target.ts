import * as fc from 'fast-check';

/** A reader of external input. */
export interface Target {
  readonly name: string;
  /** The number of runs in the daily tests. The long tests multiply it by a factor. */
  readonly runs: number;
  /** Runs it with `numRuns` inputs, derived from a seed. */
  readonly try: (parameters: { readonly numRuns: number; readonly seed: number }) => void;
}

/**
 * Makes a target.
 *
 * @param check Throws when the result is wrong.
 */
export const target = <T>(name: string, runs: number, input: fc.Arbitrary<T>, check: (input: T) => void): Target => ({
  name,
  runs,
  // A failure is printed with its seed and its path, with which fast-check can repeat it.
  try: (parameters) => {
    fc.assert(fc.property(input, check), parameters);
  },
});
