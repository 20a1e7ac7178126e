import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isValidationError } from '../../../src/errors/guards.ts';
import type { ValidationError } from '../../../src/errors/ValidationError.ts';
import { chatRequestSchema } from '../../../src/rules/request/chatRequestSchema.ts';
import { checked } from '../../../src/rules/request/validation.ts';

const errorOf = (schema: z.ZodType, value: unknown, advice?: string): ValidationError => {
  try {
    checked(schema, value, 'The thing', advice);
  } catch (error) {
    if (isValidationError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const item = z.strictObject({ name: z.string().min(2).max(4), size: z.number().positive().max(9).optional() });

const schema = z.strictObject({
  word: z.enum(['on', 'off']).optional(),
  one: z.literal('only').optional(),
  count: z.int().min(1).optional(),
  flag: z.boolean().optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  items: z.array(item).optional(),
  either: z.union([z.string(), z.array(z.strictObject({ type: z.literal('a'), deep: z.number() }))]).optional(),
  kind: z
    .discriminatedUnion('type', [z.strictObject({ type: z.literal('x') }), z.strictObject({ type: z.literal('y') })])
    .optional(),
  mixed: z.union([z.string(), z.custom((value) => value === 42, { error: 'the answer' })]).optional(),
  named: z.record(z.string(), z.boolean()).optional(),
  choice: z.union([z.enum(['none', 'auto']), z.looseObject({ type: z.string() })]).optional(),
  filled: z.string().min(1).optional(),
  part: z.number().lt(1).optional(),
  own: z.custom((value) => value === 42, { error: 'the answer' }).optional(),
});

describe('checked', () => {
  it('should return the same value', () => {
    const value = { word: 'on', items: [{ name: 'ab' }] };
    expect(checked(schema, value, 'The thing')).toBe(value);
  });

  it.each([
    ['another type', 5, '', 'an object', '5'],
    ['nothing', undefined, '', 'an object', 'nothing'],
    ['a list', [1, 2], '', 'an object', 'an array of 2'],
    [
      'a schema of a library instead of its JSON',
      { named: item },
      'named',
      'a plain object',
      'an instance of ZodObject',
    ],
    ['a list that was not awaited', { list: Promise.resolve([]) }, 'list', 'an array', 'an instance of Promise'],
    ['an object without a prototype', { list: Object.create(null) as object }, 'list', 'an array', 'an object'],
    [
      'an object of a class without a name',
      {
        list: new (class {
          readonly a = 1;
        })(),
      },
      'list',
      'an array',
      'an object',
    ],
    ['an object with a field of that name', { list: { constructor: 1 } }, 'list', 'an array', 'an object'],
    ['a word that is none of them', { word: 'in' }, 'word', 'one of "on", "off"', '"in"'],
    ['a number instead of a word', { word: 5 }, 'word', 'one of "on", "off"', '5'],
    ['a text instead of a word', { word: 'x'.repeat(41) }, 'word', 'one of "on", "off"', 'a string of 41 characters'],
    ['a long word', { word: 'x'.repeat(40) }, 'word', 'one of "on", "off"', `"${'x'.repeat(40)}"`],
    ['neither a word nor an object', { choice: 'any' }, 'choice', 'one of "none", "auto" or an object', '"any"'],
    ['nearly an object', { choice: { type: 5 } }, 'choice.type', 'a string', '5'],
    ['an empty text', { filled: '' }, 'filled', 'a string of at least 1 character', 'a string of 0 characters'],
    ['no less than the most', { part: 1 }, 'part', 'a number of less than 1', '1'],
    ['a flag instead of a number', { count: true }, 'count', 'a number', 'true'],
    ['a number instead of a kind', { kind: 5 }, 'kind', 'an object', '5'],
    ['null instead of a kind', { kind: null }, 'kind', 'an object', 'null'],
    ['what is missing', { items: [{}] }, 'items[0].name', 'a string', 'nothing'],
    ['not the only word', { one: 'other' }, 'one', '"only"', '"other"'],
    ['half a number', { count: 1.5 }, 'count', 'a whole number', '1.5'],
    ['NaN', { count: Number.NaN }, 'count', 'a number', 'NaN'],
    ['Infinity', { count: Infinity }, 'count', 'a finite number', 'Infinity'],
    ['too little', { count: 0 }, 'count', 'a number of at least 1', '0'],
    ['no flag', { flag: 'yes' }, 'flag', 'true or false', 'a string of 3 characters'],
    ['null', { flag: null }, 'flag', 'true or false', 'null'],
    ['a function', { flag: () => true }, 'flag', 'true or false', 'a function'],
    ['an empty list', { list: [] }, 'list', 'an array of at least 1 item', 'an array of 0'],
    ['a long list', { list: ['', '', ''] }, 'list', 'an array of at most 2 items', 'an array of 3'],
    ['a part of a list', { list: ['', 5] }, 'list[1]', 'a string', '5'],
    [
      'a short text',
      { items: [{ name: 'a' }] },
      'items[0].name',
      'a string of at least 2 characters',
      'a string of 1 character',
    ],
    [
      'a long text',
      { items: [{ name: 'ab' }, { name: 'abcde' }] },
      'items[1].name',
      'a string of at most 4 characters',
      'a string of 5 characters',
    ],
    ['no more than zero', { items: [{ name: 'ab', size: 0 }] }, 'items[0].size', 'a number of more than 0', '0'],
    [
      'what is not known',
      { items: [{ name: 'ab', weight: 1 }] },
      'items[0].weight',
      'absent (not a known property)',
      '1',
    ],
    ['what stands under a name', { named: { a$_1: 0 } }, 'named.a$_1', 'true or false', '0'],
    ['what stands under any text', { named: { 'a/b-1.2 "c"': 0 } }, 'named["a/b-1.2 \\"c\\""]', 'true or false', '0'],
    ['what is neither', { either: 5 }, 'either', 'a string or an array', '5'],
    [
      'what is nearly one of both',
      { either: [{ type: 'a', deep: 'x' }] },
      'either[0].deep',
      'a number',
      'a string of 1 character',
    ],
    ['an unknown kind', { kind: { type: 'z' } }, 'kind.type', 'one of "x", "y"', '"z"'],
    ['a kind with more', { kind: { type: 'x', z: 1 } }, 'kind.z', 'absent (not a known property)', '1'],
    ['what is neither a text nor of its own kind', { mixed: 41 }, 'mixed', 'a string or the answer', '41'],
    ['what a schema says itself', { own: 41 }, 'own', 'the answer', '41'],
  ])('should report the path, the expected and the given value for %s', (_, value, path, expected, got) => {
    const error = errorOf(schema, value);
    expect([error.path, error.expected, error.got]).toEqual([path, expected, got]);
    expect(error.message).toMatch(
      path === '' ? /^The thing must be / : `The thing: \`${path}\` must be ${expected}, got ${got}`,
    );
  });

  it('should report a path within an array', () => {
    expect(errorOf(z.array(item), [{ name: 'ab' }, { name: 5 }]).path).toBe('[1].name');
  });

  it('should report every path, the first one in the message', () => {
    const error = errorOf(schema, { count: 0, flag: 1, extra: true }, 'Mend it.');
    expect(error.issues.map(({ path }) => path).sort()).toEqual(['count', 'extra', 'flag']);
    expect(error.message).toMatch(/\(and 2 more\)\. Mend it\.$/);
    expect(error.path).toBe(error.issues[0]?.path);
  });

  it('should show no text, which may be a prompt or a key', () => {
    const secret = 'gsk_a prompt of mine';
    const anything = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.constant(secret), fc.nat(), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(
        fc.constantFrom(
          'model',
          'messages',
          'content',
          'text',
          'tools',
          'type',
          'image_url',
          'url',
          'function',
          'stop',
          'name',
        ),
        tie('value'),
      ),
    })).value;
    // Where an enum is expected, a short word is shown to reveal typos. Roles and types are not secret.
    const withoutWords = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(withoutWords)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .filter(([key]) => key !== 'type')
                .map(([key, each]) => [key, withoutWords(each)]),
            )
          : value;
    fc.assert(
      fc.property(anything, anything, (messages, rest) => {
        const value = {
          ...(withoutWords(rest) as object),
          messages: [{ role: 'user', content: withoutWords(messages) }],
        };
        const result = chatRequestSchema.safeParse(value);
        if (result.success) return;
        const error = errorOf(chatRequestSchema, value);
        expect(JSON.stringify([String(error), error])).not.toContain(secret);
        expect(error.issues.length).toBeGreaterThan(0);
      }),
    );
  });
});
