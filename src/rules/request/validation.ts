import type * as z from 'zod';
import { ValidationError, type ValidationIssue } from '../../errors/ValidationError.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The maximum length of a word that is shown where one of a set is expected, in characters. */
const SHOWN_LENGTH = 40;

/**
 * Checks a value against a schema that does not transform it, and returns the value.
 *
 * @param subject The name of the value, with which the error begins: `The request`.
 * @param advice What to do, as a sentence.
 * @throws {ValidationError} that lists every invalid part of the value.
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, subject: string, advice?: string): T {
  const result = schema.safeParse(value);
  if (result.success) return value as T;
  const [first, ...rest] = result.error.issues.flatMap((issue) => explain(issue, [], value));
  throw new ValidationError(subject, [first ?? { path: '', expected: 'valid', got: typeOf(value) }, ...rest], advice);
}

/** Describes the path, the expected and the given value of an issue; for a union, of the closest branch. */
function explain(issue: Issue, above: Path, root: unknown): ValidationIssue[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closer = issue.errors.find((branch) => !branch.every(isOfOtherType));
    if (closer !== undefined) return closer.flatMap((inner) => explain(inner, path, root));
    const expected = issue.errors
      .flat()
      .map((inner) => expectedBy(inner, valueAt(root, path)))
      .join(' or ');
    return [{ path: pathText(path), expected, got: gotAt(root, path, issue) }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathText([...path, key]),
      expected: 'absent (not a known property)',
      got: typeOf(valueAt(root, [...path, key])),
    }));
  }
  return [{ path: pathText(path), expected: expectedBy(issue, valueAt(root, path)), got: gotAt(root, path, issue) }];
}

const isOfOtherType = (issue: Issue): boolean =>
  issue.path.length === 0 && ['invalid_type', 'invalid_value', 'custom'].includes(issue.code);

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  function: 'a function',
};

function expectedBy(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      // Infinity is a number too, so `a number` would not say what is wrong with it.
      if (value === Infinity || value === -Infinity) return 'a finite number';
      // An instance of a class is an object too.
      if (issue.expected === 'record' && className(value) !== undefined) return 'a plain object';
      return ARTICLES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? JSON.stringify(issue.values[0]) : `one of ${words(issue.values)}`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options) ? `one of ${words(issue.options)}` : 'something else';
    case 'too_small':
      return `${atLeast(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `${atLeast(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
    default:
      return issue.message;
  }
}

const words = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ');

const atLeast = (origin: string): string =>
  origin === 'array' || origin === 'string' ? `${ARTICLES[origin] ?? ''} of` : 'a number of';

const unit = (origin: string, count: number | bigint): string =>
  origin === 'array'
    ? ` item${count === 1 ? '' : 's'}`
    : origin === 'string'
      ? ` character${count === 1 ? '' : 's'}`
      : '';

/**
 * Describes the value at a path: for a text only its length, since it may be a prompt, unless it is a short word where
 * one of a set is expected.
 */
function gotAt(root: unknown, path: Path, issue: Issue): string {
  const value = valueAt(root, path);
  const isWord = issue.code === 'invalid_value' || issue.code === 'invalid_union';
  if (typeof value === 'string' && isWord && value.length <= SHOWN_LENGTH) return JSON.stringify(value);
  return typeOf(value);
}

function typeOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `a string of ${value.length} character${value.length === 1 ? '' : 's'}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = className(value);
  return name === undefined ? (ARTICLES[typeof value] ?? typeof value) : `an instance of ${name}`;
}

/** The name of the class of an object, unless it is a plain one. */
function className(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { constructor } = value;
  const name = typeof constructor === 'function' ? constructor.name : '';
  return name === '' || name === 'Object' ? undefined : name;
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );

/** A name that can follow a dot. Models and tenants can have any name. */
const IS_NAME = /^[\w$]+$/;

const pathText = (path: Path): string =>
  path
    .map((key) =>
      typeof key === 'number' ? `[${key}]` : IS_NAME.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`,
    )
    .join('')
    .replace(/^\./, '');
