import { EMPTY, map, NEVER, type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { isConnectionError, isHttpError, isProtocolError, isTruncatedStreamError } from '../../src/errors/guards.ts';
import type { ChatCompletionChunk, Delta, ServerEvent } from '../../src/model/Chunk.ts';
import { toChunks } from '../../src/operators/toChunks.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const event = (data: unknown): ServerEvent => ({
  event: 'message',
  data: typeof data === 'string' ? data : JSON.stringify(data),
  lastEventId: '',
});

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const part = (delta: Delta, finish_reason: string | null = null, rest: object = {}) =>
  ({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason }], ...rest }) as unknown as ChatCompletionChunk;

const chunks = {
  /** Fields that tokens leave out. */
  a: part({ content: 'a' }, null, { system_fingerprint: 'fp', x_groq: { id: 'req_1', seed: 7 }, new_field: [1] }),
  b: part({ content: 'b' }),
  /** The reason and the usage. */
  f: part({}, 'stop', { usage }),
};

const values = {
  a: event(chunks.a),
  b: event(chunks.b),
  f: event(chunks.f),
  d: event('[DONE]'),
};

/** The result for synchronous events. */
const all = (...events: ServerEvent[]): { readonly got: ChatCompletionChunk[]; readonly error: unknown } => {
  const got: ChatCompletionChunk[] = [];
  let error: unknown;
  of(...events)
    .pipe(toChunks())
    .subscribe({ next: (chunk) => got.push(chunk), error: (e: unknown) => (error = e) });
  return { got, error };
};

describe('toChunks', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('toChunks');
      const events = hot(source, values);
      expectObservable(events.pipe(toChunks())).toBe(expected, chunks);
      expectSubscriptions(events.subscriptions).toBe('^------!');
    });
  });

  it('should emit chunks unchanged', () => {
    expect(all(values.a, values.f)).toEqual({ got: [chunks.a, chunks.f], error: undefined });
  });

  it.each([
    ['a reason and no [DONE]', 'a-f-|', 'a-f-|'],
    ['[DONE] and no reason', 'a-d-|', 'a---|'],
    ['something after [DONE]', 'a-d-a-|', 'a-----|'],
    ['a connection that breaks when all was there', 'a-f-#', 'a-f-|'],
    ['a connection that breaks after [DONE]', 'a-d-#', 'a---|'],
  ])('should complete for %s', (_, source, expected) => {
    rx(({ cold, expectObservable }) => {
      const lost = new ConnectionError('The connection was reset.', { sent: true });
      expectObservable(cold(source, values, lost).pipe(toChunks())).toBe(expected, chunks);
    });
  });

  it('should fail with the partial answer when the stream is cut', () => {
    const { got, error } = all(values.a, values.b);
    expect(got).toEqual([chunks.a, chunks.b]);
    expect(error).toSatisfy(isTruncatedStreamError);
    expect(error).toMatchObject({ partial: { text: 'ab' }, requestId: 'req_1' });
  });

  it('should add the partial answer to a lost connection, or pass the error on unchanged without one', () => {
    rx(({ cold, flush }) => {
      const lost = new ConnectionError('The connection was reset.', { sent: true });
      const errors: unknown[] = [];
      const run = (source: Observable<ServerEvent>) =>
        source.pipe(toChunks()).subscribe({ error: (e: unknown) => errors.push(e) });
      run(cold('-a#', values, lost));
      run(cold('---#', values, lost));
      flush();
      expect(errors[0]).toSatisfy(isTruncatedStreamError);
      expect(errors[0]).toMatchObject({ cause: lost, partial: { text: 'a' } });
      expect(errors[1]).toSatisfy(isConnectionError);
    });
  });

  it('should pass any other error on unchanged', () => {
    rx(({ cold, expectObservable }) => {
      const bad = new Error('bad');
      expectObservable(cold('a-#', values, bad).pipe(toChunks())).toBe('a-#', chunks, bad);
    });
  });

  it('should raise an error event in the middle of a stream', () => {
    const error = { message: 'No tool', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400 };
    const { got, error: raised } = all(values.a, { ...event({ error }), event: 'error' });
    expect([got, isHttpError(raised)]).toEqual([[chunks.a], true]);
    expect(raised).toMatchObject({ status: 400, groqCode: 'tool_use_failed' });
  });

  it.each([
    ['no JSON', 's3cret{'],
    ['no object', '[1]'],
    ['no choices', '{"s3cret":1}'],
  ])('should refuse %s without showing it', (_, data) => {
    const { got, error } = all(event(data));
    expect([got, isProtocolError(error)]).toEqual([[], true]);
    expect(String(error)).not.toContain('s3cret');
  });

  it('should fail for an empty source, and never complete by itself', () => {
    let error: unknown;
    EMPTY.pipe(toChunks()).subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toSatisfy(isProtocolError);
    rx(({ expectObservable }) => {
      expectObservable(NEVER.pipe(toChunks()), '---!').toBe('----');
    });
  });

  it('should unsubscribe from its source early', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-', values);
      expectObservable(
        source.pipe(
          toChunks(),
          map(({ id }) => id),
        ),
        '-!',
      ).toBe('i-', { i: 'c1' });
      expectSubscriptions(source.subscriptions).toBe('^!');
    });
  });
});
