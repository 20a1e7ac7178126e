import fc from 'fast-check';

/**
 * Tries a property so often. A failure shows its seed and its path, with which it is repeated:
 * `SEED=… npx vitest run test/invariants`.
 */
export function check<T>(property: fc.IPropertyWithHooks<T>, numRuns = 100): void {
  const { SEED } = process.env;
  fc.assert(property, { numRuns, ...(SEED !== undefined && { seed: Number(SEED) }) });
}
