import { map, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import { type ValidationError } from '../../src/errors/ValidationError.ts';
import { validate } from '../../src/operators/validate.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const request = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] });

const errorOf = (value: unknown): ValidationError | undefined => {
  let found: unknown;
  of(value)
    .pipe(validate())
    .subscribe({ error: (error: unknown) => (found = error) });
  return isValidationError(found) ? found : undefined;
};

describe('validate', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('validate');
      const values = { a: request('a'), b: request('b'), x: { model: 'm', messages: [] } };
      const requests = hot(source, values);
      const name = (r: unknown) => Object.entries(values).find(([, value]) => value === r)?.[0] ?? '';
      const error = errorOf(values.x);
      expectObservable(requests.pipe(validate(), map(name))).toBe(expected, undefined, error);
      expectSubscriptions(requests.subscriptions).toBe('^----!');
    });
  });

  it('should pass unknown fields of the body on unchanged', () => {
    const given = { ...request('hi'), brand_new: { deep: true } };
    let got: unknown;
    of(given)
      .pipe(validate())
      .subscribe((r) => (got = r));
    expect(got).toBe(given);
  });

  it.each([
    ['nothing at all', undefined, '', 'an object', 'nothing'],
    ['no messages', { model: 'm', messages: [] }, 'messages', 'an array of at least 1 item', 'an array of 0'],
    ['a model that is no text', { ...request('x'), model: 4 }, 'model', 'a string', '4'],
    [
      'an unknown role',
      { model: 'm', messages: [{ role: 'usr', content: '' }] },
      'messages[0].role',
      'one of "system", "developer", "user", "assistant", "tool", "function"',
      '"usr"',
    ],
    [
      'an unknown property of a message',
      { model: 'm', messages: [{ role: 'user', content: 'x', id: 'y' }] },
      'messages[0].id',
      'absent (not a known property)',
      'a string of 1 character',
    ],
    [
      'content of another type',
      { model: 'm', messages: [{ role: 'user', content: 3 }] },
      'messages[0].content',
      'a string or an array',
      '3',
    ],
    [
      'an unknown part of content',
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'sound' }] }] },
      'messages[0].content[0].type',
      'one of "text", "image_url", "document"',
      '"sound"',
    ],
    ['more than one choice', { ...request('x'), n: 2 }, 'n', '1', '2'],
    ['too high a temperature', { ...request('x'), temperature: 2.5 }, 'temperature', 'a number of at most 2', '2.5'],
    ['half a token', { ...request('x'), max_completion_tokens: 0.5 }, 'max_completion_tokens', 'a whole number', '0.5'],
    [
      'five stops',
      { ...request('x'), stop: ['a', 'b', 'c', 'd', 'e'] },
      'stop',
      'an array of at most 4 items',
      'an array of 5',
    ],
  ])('should refuse %s and name the path, the expected and the given value', (_, value, path, expected, got) => {
    const error = errorOf(value);
    expect(error).toSatisfy(isValidationError);
    expect(error).toMatchObject({ path, expected, got });
  });

  it('should name every invalid path, and never show a prompt', () => {
    const error = errorOf({ messages: [{ role: 'tool', content: 'my secret' }], temperature: -1 });
    expect(error?.issues.map(({ path }) => path)).toEqual(['model', 'messages[0].tool_call_id', 'temperature']);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });
});
