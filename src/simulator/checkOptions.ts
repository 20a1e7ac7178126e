import { ValidationError, type ValidationIssue } from '../errors/ValidationError.ts';
import { DIMENSION_NAMES, type Dimension } from '../model/Dimension.ts';
import { isObject } from '../rules/isObject.ts';
import { A_FAULT, isFault } from './Fault.ts';
import type { SimulatorOptions } from './SimulatorOptions.ts';

/** What an option has to be, in words and as a test. */
interface Check {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

const oneOf = (...words: readonly string[]): Check => ({
  expected: words.map((word) => `'${word}'`).join(' or '),
  holds: (value) => words.some((word) => word === value),
});
const aFunction: Check = { expected: 'a function', holds: (value) => typeof value === 'function' };
const finite = (expected: string, holds: (value: number) => boolean): Check => ({
  expected,
  holds: (value) => isNumber(value) && Number.isFinite(value) && holds(value),
});

const CHECKS: Readonly<Record<keyof SimulatorOptions, Check>> = {
  tier: oneOf('free', 'developer'),
  limits: {
    expected: 'false, or an object of limits by model',
    holds: (value) => value === false || (isObject(value) && Object.values(value).every(isObject)),
  },
  speed: finite('a number above 0', (value) => value > 0),
  seed: finite('a whole number', Number.isSafeInteger),
  reply: aFunction,
  firstToken: finite('a number of milliseconds, 0 or more', (value) => value >= 0),
  tokensPerSecond: { expected: 'a number above 0', holds: (value) => isNumber(value) && value > 0 },
  faults: {
    expected: `a function, or a list of faults, each of them undefined or ${A_FAULT}`,
    holds: (value) => typeof value === 'function' || (Array.isArray(value) && value.every(isFault)),
  },
  port: finite('a whole number from 0 to 65535', (value) => Number.isInteger(value) && value >= 0 && value <= 65_535),
  apiKey: { expected: 'a text that is not empty', holds: (value) => typeof value === 'string' && value !== '' },
  retiredAs: oneOf('model_not_found', 'model_decommissioned'),
  countPrompt: aFunction,
  countCached: aFunction,
  chargeModel: oneOf('max', 'post', 'keep'),
  limiter: oneOf('bucket', 'fixed', 'sliding'),
  rounding: oneOf('2026', '2024'),
  scheduler: {
    expected: 'a scheduler with now and schedule',
    holds: (value) => isObject(value) && typeof value['now'] === 'function' && typeof value['schedule'] === 'function',
  },
};

/**
 * Checks the options of a simulator.
 *
 * @throws {ValidationError} that names each option which is not what it has to be, or which there is not.
 */
export function checkOptions(options: unknown): asserts options is SimulatorOptions {
  const [first, ...rest] = issuesOf(options);
  if (first !== undefined) {
    throw new ValidationError('The options of startSimulator', [first, ...rest], `Correct it: nothing was started.`);
  }
}

function issuesOf(options: unknown): ValidationIssue[] {
  if (!isObject(options)) return [{ path: '', expected: 'an object', got: kindOf(options) }];
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof SimulatorOptions] : undefined;
    if (check === undefined) {
      return [{ path: name, expected: `one of the options ${Object.keys(CHECKS).join(', ')}`, got: 'another' }];
    }
    if (!check.holds(value)) {
      return [{ path: name, expected: check.expected, got: name === 'apiKey' ? typeof value : kindOf(value) }];
    }
    return name === 'limits' ? limitIssues(value) : [];
  });
}

function limitIssues(limits: unknown): ValidationIssue[] {
  if (!isObject(limits)) return [];
  return Object.entries(limits).flatMap(([model, dimensions]) =>
    Object.entries(isObject(dimensions) ? dimensions : {}).flatMap(([name, value]) => {
      const path = `limits['${model}'].${name}`;
      if (!DIMENSION_NAMES.includes(name as Dimension)) {
        return [{ path, expected: `one of ${DIMENSION_NAMES.join(', ')}`, got: 'another name' }];
      }
      const fine = value === undefined || (isNumber(value) && value > 0 && Number.isFinite(value));
      return fine ? [] : [{ path, expected: 'a number above 0', got: kindOf(value) }];
    }),
  );
}

function kindOf(value: unknown): string {
  if (isNumber(value) || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}
