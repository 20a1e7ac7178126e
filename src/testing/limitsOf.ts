import { ValidationError } from '../errors/ValidationError.ts';
import { DIMENSION_NAMES, DIMENSIONS, type Dimension } from '../model/Dimension.ts';
import type { Limits } from '../model/Limits.ts';
import { parseQuota } from './quotaText.ts';

/**
 * Parses limits in short notation, for the `limits` of a client or of a {@link modelServer}.
 *
 * ```ts
 * import { limitsOf } from 'rxgroq/testing';
 *
 * limitsOf('30/min, 1k/day, 8k tokens/min, 200k tokens/day'); // => { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 }
 * ```
 *
 * @param text The notation of {@link quota}, but only with Groq's windows: minute and day, and for audio hour and day.
 * @throws {ValidationError} when it is anything else.
 */
export function limitsOf(text: string): Limits {
  const limits: { [D in Dimension]?: number } = {};
  for (const { unit, capacity, window } of parseQuota(text)) {
    const dimension = DIMENSION_NAMES.find(
      (name) => DIMENSIONS[name].unit === unit && DIMENSIONS[name].window === window,
    );
    if (dimension === undefined) {
      const known = DIMENSION_NAMES.map((name) => DIMENSIONS[name].label).join(', ');
      throw new ValidationError(
        'The limits',
        [{ path: '', expected: `in ${known}`, got: `'${text}'` }],
        'Correct them.',
      );
    }
    // As with `quota`, all that are given apply.
    limits[dimension] = Math.min(limits[dimension] ?? Infinity, capacity);
  }
  return limits;
}
