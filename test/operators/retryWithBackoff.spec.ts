import {
  concat,
  defer,
  EMPTY,
  finalize,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  Subscription,
  take,
  throwError,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { HttpError } from '../../src/errors/HttpError.ts';
import { RateLimitError } from '../../src/errors/RateLimitError.ts';
import { TimeoutError } from '../../src/errors/TimeoutError.ts';
import { TruncatedStreamError } from '../../src/errors/TruncatedStreamError.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import { type RetryConfig, type RetryInfo, retryWithBackoff } from '../../src/operators/retryWithBackoff.ts';
import { marbles } from '../util/marbles.ts';
import { type RunHelpers, rx } from '../util/rx.ts';

const fault = (status: number, rest: object = {}) => new HttpError(status, {}, { advice: '', ...rest });
const limited = new RateLimitError({}, { advice: '' });
const error = fault(503);

/** The sources one after the other, one for each subscription. */
const attempts = (...sources: readonly Observable<string>[]): Observable<string> => {
  let next = 0;
  return defer(() => sources[Math.min(next++, sources.length - 1)] ?? EMPTY);
};

describe('retryWithBackoff', () => {
  // `random` is 1, so each pause has its longest duration.
  const retrying = ({ scheduler }: RunHelpers, config: RetryConfig = {}) =>
    retryWithBackoff<string>({ initialDelay: 4, random: () => 1, scheduler, ...config });

  it('should behave as its marble diagram shows', () => {
    rx((helpers) => {
      const { inputs, expected } = marbles('retryWithBackoff');
      const sources = inputs.map(({ marbles: line }) => helpers.cold(line, undefined, error));
      helpers.expectObservable(attempts(...sources).pipe(retrying(helpers))).toBe(expected);
      const subs = ['^-!', '------^!', '---------------^----!'];
      for (const [i, source] of sources.entries())
        helpers.expectSubscriptions(source.subscriptions).toBe(subs[i] ?? '');
    });
  });

  it('should fail with the last error after `count` retries', () => {
    rx((helpers) => {
      const source = helpers.cold('#', undefined, error);
      helpers.expectObservable(source.pipe(retrying(helpers, { count: 1 }))).toBe('----#', undefined, error);
      helpers.expectSubscriptions(source.subscriptions).toBe(['(^!)', '----(^!)']);
    });
  });

  it('should make three attempts by default, after at most 100 and 200 ms', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const source = helpers.cold('#', undefined, error);
      const result = source.pipe(retryWithBackoff({ scheduler, random: () => 1 }));
      helpers.expectObservable(result).toBe('300ms #', undefined, error);
      helpers.expectSubscriptions(source.subscriptions).toBe(['(^!)', '100ms (^!)', '300ms (^!)']);
    });
  });

  it('should double the delays up to `maxDelay`', () => {
    rx((helpers) => {
      const delays: number[] = [];
      const hooks = { retrying: ({ delay }: RetryInfo) => delays.push(delay) };
      const config = { count: 5, initialDelay: 100, maxDelay: 1_000, scheduler: helpers.scheduler };
      throwError(() => error)
        .pipe(retryWithBackoff({ ...config, random: () => 0.5 }, hooks))
        .subscribe({ error: () => undefined });
      helpers.flush();
      expect(delays).toEqual([50, 100, 200, 400, 500]);
    });
  });

  it('should wait for the whole time that the server asks for, plus a random delay', () => {
    rx((helpers) => {
      const source = attempts(
        throwError(() => fault(503, { retryAfter: 20 })),
        of('a'),
      );
      helpers.expectObservable(source.pipe(retrying(helpers))).toBe('24ms (a|)');
    });
  });

  it('should wait as the server asks after a 429 that does not return to a queue', () => {
    rx((helpers) => {
      const refused = new RateLimitError({}, { advice: '', retryAfter: 20 });
      const source = helpers.cold('#', undefined, refused);
      const retry = retrying(helpers, { count: 1, retryable: () => 'after-a-pause' });
      helpers.expectObservable(source.pipe(retry)).toBe('24ms #', undefined, refused);
    });
  });

  it('should not retry after a part of the answer was emitted', () => {
    rx((helpers) => {
      const source = helpers.cold('-a-#', undefined, error);
      helpers.expectObservable(source.pipe(retrying(helpers))).toBe('-a-#', undefined, error);
      helpers.expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('should still retry after a state token', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const values = { s: { type: 'state', state: 'connected' }, a: { type: 'text', text: 'a' } } as const;
      let next = 0;
      const source = defer(() => helpers.cold<Token | StateToken>(['s#', 's-a-#'][next++] ?? '', values, error));
      const retry = retryWithBackoff<Token | StateToken>({ initialDelay: 4, random: () => 1, scheduler });
      helpers.expectObservable(source.pipe(retry)).toBe('s----s-a-#', values, error);
    });
  });

  it('should still retry after values that do not commit', () => {
    rx((helpers) => {
      const source = attempts(helpers.cold('s#', undefined, error), helpers.cold('s-a|'));
      const retry = retryWithBackoff<string>(
        { initialDelay: 4, random: () => 1, scheduler: helpers.scheduler },
        { commits: (value) => value !== 's' },
      );
      helpers.expectObservable(source.pipe(retry)).toBe('s----s-a|');
    });
  });

  it('should not retry after a part of the answer, also when values follow that do not commit', () => {
    rx((helpers) => {
      const source = helpers.cold('s-a-s-#', undefined, error);
      const retry = retryWithBackoff<string>(
        { initialDelay: 4, random: () => 1, scheduler: helpers.scheduler },
        { commits: (value) => value !== 's' },
      );
      helpers.expectObservable(source.pipe(retry)).toBe('s-a-s-#', undefined, error);
    });
  });

  it('should retry at once after a 429, any number of times, without counting', () => {
    rx((helpers) => {
      const failing = Array.from({ length: 50 }, () => helpers.cold('-#', undefined, limited));
      const source = attempts(...failing, helpers.cold('a|'));
      helpers.expectObservable(source.pipe(retrying(helpers, { count: 0 }))).toBe('50ms a|');
    });
  });

  it('should have all of its retries left after a 429', () => {
    rx((helpers) => {
      const errors = [limited, limited, fault(500)].map((error) => helpers.cold('-#', undefined, error));
      const source = attempts(...errors, helpers.cold('a|'));
      const config = { count: 1, initialDelay: 0 };
      helpers.expectObservable(source.pipe(retrying(helpers, config))).toBe('---a|');
    });
  });

  it('should not overflow the stack when attempts fail synchronously', () => {
    let left = 100_000;
    const source = defer(() => (left-- > 0 ? throwError(() => limited) : of('a')));
    const got: string[] = [];
    source.pipe(retryWithBackoff<string>()).subscribe((value) => got.push(value));
    expect(got).toEqual(['a']);
  });

  it.each([
    ['408', fault(408), true],
    ['409', fault(409), true],
    ['498', fault(498), true],
    ['500', fault(500), true],
    ['502', fault(502), true],
    ['400', fault(400), false],
    ['401', fault(401), false],
    ['403', fault(403), false],
    ['404', fault(404), false],
    ['413', fault(413), false],
    ['422', fault(422), false],
    ['400, although the server says so', fault(400, { shouldRetry: true }), true],
    ['500, since the server says not to', fault(500, { shouldRetry: false }), false],
    ['a lost connection', new ConnectionError('', { sent: true }), true],
    ['a connection to a stranger', new ConnectionError('', { sent: false, trusted: false }), false],
    ['a cut stream', new TruncatedStreamError({ text: '', reasoning: '', toolCalls: [] }), true],
    ['no connection in time', new TimeoutError('connect', 1), true],
    ['no first token in time', new TimeoutError('firstToken', 1), true],
    ['no end in time', new TimeoutError('total', 1), false],
    ['too long in the queue', new TimeoutError('queue', 1), false],
    ['any other error', new Error('bug'), false],
  ])('should know whether to retry after %s', (_, failure, again) => {
    rx((helpers) => {
      const source = helpers.cold('#', undefined, failure);
      helpers
        .expectObservable(source.pipe(retrying(helpers, { count: 1 })))
        .toBe(again ? '----#' : '#', undefined, failure);
    });
  });

  it('should retry sampling failures only with `sampling`', () => {
    rx((helpers) => {
      const failure = new HttpError(400, { code: 'tool_use_failed' }, { advice: '' });
      const source = attempts(
        throwError(() => failure),
        of('a'),
      );
      helpers.expectObservable(source.pipe(retrying(helpers, { sampling: true }))).toBe('----(a|)');
      const other = throwError(() => failure);
      helpers.expectObservable(other.pipe(retrying(helpers))).toBe('#', undefined, failure);
    });
  });

  it('should not retry when the hook `allowed` forbids it', () => {
    rx((helpers) => {
      const retry = retryWithBackoff<string>({ scheduler: helpers.scheduler }, { allowed: () => false });
      helpers.expectObservable(throwError(() => error).pipe(retry)).toBe('#', undefined, error);
    });
  });

  it('should cancel the delay when unsubscribed', () => {
    rx((helpers) => {
      const source = helpers.cold('#', undefined, error);
      helpers.expectObservable(source.pipe(retrying(helpers)), '--!').toBe('---');
      helpers.expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  it('should unsubscribe from a failed attempt before the next one starts', () => {
    const log: string[] = [];
    const failing = new Subject<string>();
    const noted = (source: Observable<string>) =>
      defer(() => {
        log.push('in');
        return source.pipe(finalize(() => log.push('out')));
      });
    const subscription = attempts(noted(failing), noted(NEVER)).pipe(retryWithBackoff()).subscribe();
    failing.error(limited);
    expect(log).toEqual(['in', 'out', 'in']);
    subscription.unsubscribe();
  });

  it('should release the timer of a delay that is over', () => {
    const due: (() => void)[] = [];
    let undone = 0;
    const scheduler = {
      now: () => 0,
      schedule: (act: () => void) => {
        due.push(act);
        return new Subscription(() => {
          undone += 1;
        });
      },
    } as unknown as SchedulerLike;
    const source = attempts(
      throwError(() => error),
      of('a'),
    );
    const heard: string[] = [];
    source.pipe(retryWithBackoff({ scheduler, random: () => 1 })).subscribe((value) => heard.push(value));
    for (const act of due) act();
    expect([heard, due.length, undone]).toEqual([['a'], 1, 0]);
  });

  it.each([
    ['a pause', error],
    ['no pause', limited],
  ])('should not continue after %s when the subscriber leaves in the hook `retrying`', (_, failure) => {
    rx((helpers) => {
      const source = helpers.cold('-#', undefined, failure);
      const retry = retryWithBackoff<string>(
        { scheduler: helpers.scheduler, random: () => 1 },
        {
          retrying: (__, subscriber) => {
            subscriber.next('r');
          },
        },
      );
      helpers.expectObservable(source.pipe(retry, take(1))).toBe('-(r|)');
      helpers.expectSubscriptions(source.subscriptions).toBe('^!');
    });
  });

  it('should pass on a source that does not fail', () => {
    rx((helpers) => {
      helpers.expectObservable(EMPTY.pipe(retrying(helpers))).toBe('|');
      helpers.expectObservable(NEVER.pipe(retrying(helpers)), '---!').toBe('----');
      helpers.expectObservable(concat(of('a'), NEVER).pipe(retrying(helpers)), '---!').toBe('a---');
    });
  });
});
