import * as fc from 'fast-check';

/** Something that reads what comes from outside. */
export interface Target {
  readonly name: string;
  /** How often it is tried in the daily tests. The long ones try it more often by a factor. */
  readonly runs: number;
  /** Tries it with so many inputs, which follow from a seed. */
  readonly try: (parameters: { readonly numRuns: number; readonly seed: number }) => void;
}

/**
 * Makes a target.
 *
 * @param check Throws when what was read is wrong.
 */
export const target = <T>(name: string, runs: number, input: fc.Arbitrary<T>, check: (input: T) => void): Target => ({
  name,
  runs,
  // What fails is printed with its seed and its path, both of which fast-check takes to try it again.
  try: (parameters) => {
    fc.assert(fc.property(input, check), parameters);
  },
});
