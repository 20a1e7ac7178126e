import { EMPTY, map, Observable, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { isConnectionError, isHttpError, isProtocolError, isTruncatedStreamError } from '../../src/errors/guards.ts';
import type { TruncatedStreamError } from '../../src/errors/TruncatedStreamError.ts';
import type { Delta, ServerEvent } from '../../src/model/Chunk.ts';
import type { Token } from '../../src/model/Token.ts';
import type { Reading } from '../../src/model/Written.ts';
import { toTokens } from '../../src/operators/toTokens.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const event = (data: unknown): ServerEvent => ({
  event: 'message',
  data: typeof data === 'string' ? data : JSON.stringify(data),
  lastEventId: '',
});

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const chunk = (delta: Delta, finish_reason: string | null = null, rest: object = {}): ServerEvent =>
  event({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason }], ...rest });

const values = {
  r: chunk({ role: 'assistant', content: '' }, null, { x_groq: { id: 'req_1' } }),
  a: chunk({ content: 'a' }),
  b: chunk({ content: 'b' }),
  t: chunk({ reasoning: 't' }),
  /** The reason and the usage. */
  f: chunk({}, 'stop', { usage, x_groq: { id: 'req_1', usage } }),
  /** The reason only. */
  g: chunk({}, 'stop'),
  /** The usage only. */
  u: event({ id: 'c1', model: 'm', choices: [], usage }),
  d: event('[DONE]'),
};

const finish: Token = { type: 'finish', reason: 'stop', usage, id: 'c1', model: 'm' };
const tokens = {
  a: { type: 'text', text: 'a' },
  b: { type: 'text', text: 'b' },
  t: { type: 'reasoning', text: 't' },
  f: finish,
  g: { type: 'finish', reason: 'stop', id: 'c1', model: 'm' },
  q: { type: 'finish', reason: 'unknown', id: 'c1', model: 'm' },
};

/** All tokens of synchronous events, or the error. */
const all = (...events: ServerEvent[]): { tokens: Token[]; error: unknown } => {
  const got: Token[] = [];
  let error: unknown;
  of(...events)
    .pipe(toTokens())
    .subscribe({ next: (token) => got.push(token), error: (e: unknown) => (error = e) });
  return { tokens: got, error };
};

describe('toTokens', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('toTokens');
      const events = hot(source, values);
      expectObservable(events.pipe(toTokens({ scheduler }))).toBe(expected, tokens);
      expectSubscriptions(events.subscriptions).toBe('^-----!');
    });
  });

  it.each([
    ['the reason and the usage in one chunk', 'a-(fd|)', 'a-(f|)'],
    ['the usage in a chunk of its own', 'a-gu(d|)', 'a--f|'],
    ['no usage', 'a-g-(d|)', 'a---(g|)'],
    ['[DONE] and no reason', 'a-(d|)', 'a-(q|)'],
    ['something after [DONE]', 'af-d-b-a-|', 'af-------|'],
    ['a reason, no [DONE] and an end', 'a-g-|', 'a---(g|)'],
  ])('should emit one finish token, as the last, for %s', (_, source, expected) => {
    rx(({ cold, scheduler, expectObservable }) => {
      expectObservable(cold(source, values).pipe(toTokens({ scheduler, grace: 9 }))).toBe(expected, tokens);
    });
  });

  it('should have one timer after a complete answer, and none when unsubscribed', () => {
    const clock = virtualClock();
    const events = new Subject<ServerEvent>();
    const subscription = events.pipe(toTokens({ scheduler: clock })).subscribe();
    for (const each of [values.a, values.f, values.d, values.d]) events.next(each);
    expect(clock.pending).toBe(1);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('should wait at most `grace` when the connection stays open', () => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
      const whole = cold('a-f---', values);
      expectObservable(whole.pipe(toTokens({ scheduler, grace: 5 }))).toBe('a-f----|', tokens);
      expectSubscriptions(whole.subscriptions).toBe('              ^------!');
      const noUsage = cold('a-g---', values);
      expectObservable(noUsage.pipe(toTokens({ scheduler, grace: 5 }))).toBe('a------(g|)', tokens);
    });
  });

  it.each<[string, string, (now: number) => boolean | number]>([
    ['a-g--------u---', 'a----------f|', (now) => now < 10],
    ['a-g------------', 'a------------(g|)', (now) => (now < 8 ? now >= 3 : 8)],
    // The usage has arrived, so nothing is missing.
    ['a-f------------', 'a-f----|', () => true],
  ])('should suspend `grace` while paused when the usage is missing: %s', (source, expected, paused) => {
    rx(({ cold, scheduler, expectObservable }) => {
      const isPaused = () => paused(scheduler.now());
      const result = cold(source, values).pipe(toTokens({ scheduler, grace: 5, isPaused }));
      expectObservable(result).toBe(expected, tokens);
    });
  });

  it('should set no timer when `isPaused` has unsubscribed', () => {
    const clock = virtualClock();
    const source = new Subject<ServerEvent>();
    const isPaused = (): boolean => {
      subscription.unsubscribe();
      return true;
    };
    const subscription = source.pipe(toTokens({ grace: 5, isPaused, scheduler: clock })).subscribe();
    source.next(values.g);
    clock.flush(5);
    expect(clock.pending).toBe(0);
  });

  it('should fail with what `isPaused` throws', () => {
    rx(({ cold, scheduler, expectObservable }) => {
      const isPaused = () => {
        throw new Error('broken');
      };
      const whole = cold('a-g-----', values).pipe(toTokens({ scheduler, grace: 3, isPaused }));
      expectObservable(whole).toBe('a----#', tokens, new Error('broken'));
    });
  });

  it('should handle a pending end before it completes after `grace`, as a busy program receives it late', () => {
    rx(({ scheduler, flush }) => {
      const log: string[] = [];
      const source = new Observable<ServerEvent>((subscriber) => {
        subscriber.next(values.f);
        scheduler.schedule(() => {
          log.push('ended');
          subscriber.complete();
        }, 5);
        return () => log.push('left');
      });
      source.pipe(toTokens({ scheduler, grace: 5 })).subscribe({ complete: () => log.push('completed') });
      flush();
      expect(log).toEqual(['ended', 'completed', 'left']);
    });
  });

  it('should ignore events after the end', () => {
    rx(({ cold, scheduler, expectObservable }) => {
      expectObservable(cold('a-d-b-f|', values).pipe(toTokens({ scheduler }))).toBe('a-q----|', tokens);
    });
  });

  it('should fail with the partial answer when the stream is cut', () => {
    const { tokens: got, error } = all(values.r, values.t, values.a, values.b);
    expect(got).toHaveLength(3);
    expect(error).toSatisfy(isTruncatedStreamError);
    expect((error as TruncatedStreamError).partial).toEqual({ text: 'ab', reasoning: 't', toolCalls: [] });
    expect(error).toMatchObject({ requestId: 'req_1' });
    expect(JSON.stringify(error)).not.toContain('ab');
  });

  it('should add the partial answer to a lost connection, or pass the error on unchanged without one', () => {
    rx(({ cold, scheduler, flush }) => {
      const lost = new ConnectionError('The connection was reset.', { sent: true });
      const errors: unknown[] = [];
      const run = (source: Observable<ServerEvent>) =>
        source.pipe(toTokens({ scheduler })).subscribe({ error: (e: unknown) => errors.push(e) });
      run(cold('-a#', values, lost));
      run(cold('--#', values, lost));
      flush();
      // The order is that of the cold streams' ends.
      expect(errors[0]).toSatisfy(isTruncatedStreamError);
      expect(errors[0]).toMatchObject({ cause: lost, partial: { text: 'a' } });
      expect(errors[1]).toSatisfy(isConnectionError);
    });
  });

  it('should ignore a connection that breaks after a complete answer', () => {
    rx(({ cold, scheduler, expectObservable }) => {
      expectObservable(cold('a-f#', values).pipe(toTokens({ scheduler }))).toBe('a-f|', tokens);
      expectObservable(cold('a-g#', values).pipe(toTokens({ scheduler }))).toBe('a--(g|)', tokens);
    });
  });

  it('should fail for an empty source', () => {
    let error: unknown;
    EMPTY.pipe(toTokens()).subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toSatisfy(isProtocolError);
  });

  it('should emit each tool call once, when it is complete', () => {
    const part = (index: number, args: string, head: object = {}) =>
      chunk({ tool_calls: [{ index, ...head, function: { ...('id' in head && { name: 'f' }), arguments: args } }] });
    const { tokens: got } = all(
      part(1, '{"b":', { id: 'x' }),
      part(0, '{"a":1}', { id: 'y' }),
      part(1, '2}'),
      chunk({}, 'tool_calls', { usage }),
    );
    expect(got).toEqual([
      { type: 'tool-call', index: 0, id: 'y', name: 'f', arguments: '{"a":1}' },
      { type: 'tool-call', index: 1, id: 'x', name: 'f', arguments: '{"b":2}' },
      { ...finish, reason: 'tool_calls' },
    ]);
  });

  it('should never emit an incomplete tool call', () => {
    const { tokens: got } = all(
      chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{"a":' } }] }),
      chunk({}, 'length', { usage }),
    );
    expect(got).toEqual([{ ...finish, reason: 'length' }]);
  });

  it.each([-1, 128, 1e9, 0.5])('should refuse a tool call with the index %d', (index) => {
    expect(all(chunk({ tool_calls: [{ index }] })).error).toSatisfy(isProtocolError);
  });

  it('should raise an error event in the middle of a stream', () => {
    const error = { message: 'No tool', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400 };
    const { tokens: got, error: raised } = all(values.a, { ...event({ error }), event: 'error' });
    expect(got).toEqual([tokens.a]);
    expect(raised).toSatisfy(isHttpError);
    expect(raised).toMatchObject({ status: 400, groqCode: 'tool_use_failed' });
  });

  it.each([
    ['no JSON', 's3cret{'],
    ['no object', '[1]'],
    ['no choices', '{"s3cret":1}'],
    ['null', 'null'],
  ])('should refuse %s without showing it', (_, data) => {
    const { error } = all(event(data));
    expect(error).toSatisfy(isProtocolError);
    expect(String(error)).not.toContain('s3cret');
  });

  it('should tolerate missing and unknown fields', () => {
    const { tokens: got, error } = all(
      event({ id: 'c1', model: 'm', choices: [] }),
      event({ id: 'c2', model: 'm', choices: [{ index: 0 }] }),
      chunk({ content: null, role: 'assistant' }),
      event({ id: 'c1', model: 'm', choices: [{ index: 1, delta: { content: 'other' } }] }),
      chunk({ content: 'x' }, 'something_new', { usage: null, x_groq: { usage } }),
    );
    expect(error).toBeUndefined();
    expect(got).toEqual([
      { type: 'text', text: 'x' },
      { ...finish, reason: 'something_new' },
    ]);
  });

  it('should let a follower read the partial answer at any time', () => {
    const readings: Reading[] = [];
    const follower = { follow: (reading: Reading) => readings.push(reading) };
    const source = new Subject<ServerEvent>();
    const subscription = source.pipe(toTokens({ follower })).subscribe();
    const written = () => readings.map(({ written: { text, reasoning } }) => [text, reasoning]);
    expect(written()).toEqual([['', '']]);
    for (const each of [values.r, values.t, values.a, values.b]) source.next(each);
    expect(written()).toEqual([['ab', 't']]);
    subscription.unsubscribe();
    expect(written()).toEqual([['ab', 't']]);
  });

  it('should unsubscribe from its source early', () => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
      const source = cold('a-g--', values);
      expectObservable(
        source.pipe(
          toTokens({ scheduler }),
          map(({ type }) => type),
        ),
        '---!',
      ).toBe('x---', { x: 'text' });
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });
});
