import { concat, NEVER, type Observable, type OperatorFunction, of, pipe, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { readTokens } from '../../src/operators/internal/readTokens.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { toChunks } from '../../src/operators/toChunks.ts';
import { type ToTokensConfig, toTokens } from '../../src/operators/toTokens.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { DONE_EVENT, finishEvent, textEvent } from '../util/http.ts';

const readers: readonly (readonly [string, (config: ToTokensConfig) => OperatorFunction<Uint8Array, unknown>])[] = [
  ['readTokens', readTokens],
  ['toTokens', (config) => pipe(parseEvents(), toTokens(config))],
  ['toChunks', (config) => pipe(parseEvents(), toChunks(config))],
];

const LATE: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['more text', textEvent('more')],
  ['the end again', DONE_EVENT],
  ['no JSON', 'data: {\n\n'],
  ['an error', 'data: {"error":{"message":"no"}}\n\n'],
];

const bytes = (...texts: string[]): Observable<Uint8Array> => of(...texts.map((text) => Buffer.from(text)));

describe.each(readers)('%s, with a complete answer', (name, reader) => {
  /** The notifications for a stream, and when they come. */
  const tell = (source: Observable<Uint8Array>, leaveAfter = Infinity) => {
    const scheduler = virtualClock();
    const told: unknown[] = [];
    source.pipe(reader({ scheduler, grace: 50 }), take(leaveAfter)).subscribe({
      next: (value) => told.push(value),
      error: (error: unknown) => told.push(['failed', String(error)]),
      complete: () => told.push(['complete', scheduler.now()]),
    });
    const timers = scheduler.pending;
    scheduler.flush();
    return { told, timers };
  };

  const whole = tell(concat(bytes(textEvent('a'), finishEvent()), NEVER)).told;

  it('should complete although the connection stays open', () => {
    expect(whole).toHaveLength(3);
    expect(whole.at(-1)).toEqual(['complete', 50]);
  });

  it.each(LATE)('should keep a complete answer when %s follows', (_what, late) => {
    // Before `[DONE]`, toChunks passes all chunks on.
    const ends = late === textEvent('more') && name === 'toChunks' ? [] : [[finishEvent()]];
    for (const end of [...ends, [finishEvent(), DONE_EVENT]]) {
      expect(tell(concat(bytes(textEvent('a'), ...end, late), NEVER)).told).toEqual(whole);
      expect(tell(bytes(textEvent('a'), ...end, late)).told.slice(0, 2)).toEqual(whole.slice(0, 2));
    }
  });

  it('should leave no timer after an unsubscribe on the last value', () => {
    expect(tell(concat(bytes(textEvent('a'), finishEvent()), NEVER), 2).timers).toBe(0);
  });
});
