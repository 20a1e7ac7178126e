import { concat, EMPTY, map, NEVER, type Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isHttpError, isProtocolError } from '../../src/errors/guards.ts';
import type { Answer } from '../../src/model/Token.ts';
import { parseAnswer } from '../../src/operators/parseAnswer.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const message = { role: 'assistant', content: 'Grüß dich 🌍' };
const completion = {
  id: 'c1',
  object: 'chat.completion',
  created: 0,
  model: 'm',
  choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
  usage,
};
const answer: Answer = { message, finish_reason: 'stop', usage, id: 'c1', model: 'm' } as Answer;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const body = bytes(JSON.stringify(completion));
const half = body.length >> 1;

/** The result for a synchronous body. */
const read = (source: Observable<Uint8Array>): { readonly answers: Answer[]; readonly error: unknown } => {
  const answers: Answer[] = [];
  let error: unknown;
  source.pipe(parseAnswer()).subscribe({ next: (each) => answers.push(each), error: (e: unknown) => (error = e) });
  return { answers, error };
};

describe('parseAnswer', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('parseAnswer');
      const pieces = hot(source, { a: body.subarray(0, half), b: body.subarray(half) });
      expectObservable(pieces.pipe(parseAnswer())).toBe(expected, { z: answer });
      expectSubscriptions(pieces.subscriptions).toBe('^------!');
    });
  });

  it('should read the same from a body that is cut anywhere, also within a character', () => {
    for (let at = 0; at <= body.length; at++) {
      expect(read(of(body.subarray(0, at), body.subarray(at)))).toEqual({ answers: [answer], error: undefined });
    }
    expect(read(of(...Array.from(body, (byte) => Uint8Array.of(byte)))).answers).toEqual([answer]);
  });

  it('should parse each subscription separately', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-(b|)', { a: body.subarray(0, half), b: body.subarray(half) });
      const twice = concat(source.pipe(parseAnswer()), source.pipe(parseAnswer()));
      expectObservable(twice).toBe('--z-(z|)', { z: answer });
      expectSubscriptions(source.subscriptions).toBe(['^-!', '--^-!']);
    });
  });

  it.each([
    ['nothing', ''],
    ['half of an answer', JSON.stringify(completion).slice(0, half)],
    ['no JSON', '<html>s3cret</html>'],
    ['no object', '["s3cret"]'],
    ['no choices', '{"model":"s3cret"}'],
    ['no message', '{"choices":[{"index":0}]}'],
  ])('should refuse %s without showing it', (_, text) => {
    const { answers, error } = read(of(bytes(text)));
    expect([answers, isProtocolError(error)]).toEqual([[], true]);
    expect(String(error)).not.toContain('s3cret');
  });

  it('should raise an error that comes in place of an answer', () => {
    const { answers, error } = read(of(bytes('{"error":{"message":"No","code":"tool_use_failed","status_code":400}}')));
    expect([answers, isHttpError(error)]).toEqual([[], true]);
    expect(error).toMatchObject({ status: 400, groqCode: 'tool_use_failed' });
  });

  it('should pass on an error before the end, without a partial answer', () => {
    const bad = new Error('bad');
    const { answers, error } = read(
      concat(
        of(body),
        throwError(() => bad),
      ),
    );
    expect([answers, error]).toEqual([[], bad]);
  });

  it('should fail for an empty source, and never complete by itself', () => {
    expect(read(EMPTY).error).toSatisfy(isProtocolError);
    rx(({ expectObservable }) => {
      expectObservable(NEVER.pipe(parseAnswer()), '---!').toBe('----');
    });
  });

  it('should unsubscribe from its source early', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-a-', { a: body });
      const ids = source.pipe(
        parseAnswer(),
        map(({ id }) => id),
      );
      expectObservable(ids, '--!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });
});
