import fc from 'fast-check';

/**
 * Checks a property `numRuns` times. A failure shows its seed and its path; to repeat it:
 * `SEED=… npx vitest run test/invariants`.
 */
export function check<T>(property: fc.IPropertyWithHooks<T>, numRuns = 100): void {
  const { SEED } = process.env;
  fc.assert(property, { numRuns, ...(SEED !== undefined && { seed: Number(SEED) }) });
}
