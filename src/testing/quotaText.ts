import { ValidationError } from '../errors/ValidationError.ts';
import type { Cost } from '../model/Cost.ts';

/** An amount of one unit per window. */
export interface Allowance {
  readonly unit: keyof Cost;
  readonly capacity: number;
  /** The time in which it refills, in milliseconds. */
  readonly window: number;
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6 };

const UNITS: Readonly<Record<string, keyof Cost>> = {
  '': 'requests',
  request: 'requests',
  token: 'tokens',
  'input token': 'inputTokens',
  'output token': 'outputTokens',
  'audio second': 'audioSeconds',
};

const TIMES: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  second: 1_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  day: 86_400_000,
};

const ALLOWANCE =
  /^[\s,]*(\d[\d_]*(?:\.\d+)?)([km])? *(?:(request|(?:input |output )?token|audio second)s? *)?\/ *(\d+)? *(ms|seconds?|s|minutes?|min|hours?|h|days?)(?=[\s,]|$)/i;

/**
 * Parses a quota in short notation: `30/min, 8k tokens/min, 200k tokens/day`.
 *
 * Each part is a number, which may end in `k` or `M`; what is counted, by default requests; and a time, such as `min`,
 * `day` or `10 s`.
 *
 * @throws {ValidationError} when it is anything else.
 */
export function parseQuota(text: string): Allowance[] {
  const allowances: Allowance[] = [];
  for (let rest = text; rest.trim() !== ''; ) {
    const [all, number = '', factor = '', unit = '', times = '1', time = ''] = ALLOWANCE.exec(rest) ?? [];
    if (all === undefined) throw wrong(rest);
    const capacity = Number(number.replaceAll('_', '')) * (FACTORS[factor.toLowerCase()] ?? Number.NaN);
    const window = Number(times) * (TIMES[time.toLowerCase()] ?? TIMES[time.toLowerCase().slice(0, -1)] ?? Number.NaN);
    if (!(capacity > 0 && window > 0)) throw wrong(rest);
    allowances.push({ unit: UNITS[unit.toLowerCase()] ?? 'requests', capacity, window });
    rest = rest.slice(all.length);
  }
  if (allowances.length === 0) throw wrong(text);
  return allowances;
}

const wrong = (text: string): ValidationError =>
  new ValidationError(
    'The quota',
    [{ path: '', expected: "one such as '30/min, 8k tokens/min, 200k tokens/day'", got: `'${text.trim()}'` }],
    'Correct it.',
  );
