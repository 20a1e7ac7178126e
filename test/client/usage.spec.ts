import {
  concat,
  from,
  lastValueFrom,
  NEVER,
  of,
  config as rxjs,
  type SchedulerLike,
  type Subscription,
  throwError,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { tiktokenCounter } from '../../src/adapters/tiktokenCounter.ts';
import type { ChatOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { isClosedError, isTimeoutError, isTruncatedStreamError, isValidationError } from '../../src/errors/guards.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import type { UsageKey, UsageRecord } from '../../src/model/UsageRecord.ts';
import type { TokenCounter } from '../../src/ports/TokenCounter.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { characterCounter } from '../util/characterCounter.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

const model = 'openai/gpt-oss-20b';
const messages = [{ role: 'user' as const, content: 'Hello' }];
const usage = { prompt_tokens: 80, completion_tokens: 20, total_tokens: 100 };
const tokens = { promptTokens: 80, cachedTokens: 0, completionTokens: 20, reasoningTokens: 0, totalTokens: 100 };
const none = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0, totalTokens: 0 };

const wires = {
  s: wire.sent,
  h: wire.head(),
  a: wire.text('abc'),
  b: wire.text('de'),
  r: wire.delta({ reasoning: 'Hm' }),
  t: wire.delta({ tool_calls: [{ index: 0, id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] }),
  f: wire.finish('stop', usage),
  g: wire.finish('stop'),
  u: wire.data(`data: ${JSON.stringify({ choices: [], x_groq: { usage } })}\n\n`),
  d: wire.done,
  R: wire.head(429, { 'retry-after-ms': '10' }),
  F: wire.head(503),
  B: wire.head(400),
  e: wire.error('no'),
  E: wire.error('no', 'json_validate_failed'),
  c: wire.completion({ content: 'abc' }, { usage }),
  C: wire.data(JSON.stringify({ choices: [{ message: { content: 'abc', reasoning: 'Hm' }, finish_reason: 'stop' }] })),
};

/** A client in virtual time with these answers, one marble string for each attempt, and its records. */
function meter({ cold, scheduler }: RunHelpers, answers: readonly string[], options: GroqOptions = {}) {
  const error = new ConnectionError('', { sent: true });
  const transport = fakeTransport((_, index) => cold(answers[index] ?? '', wires, error));
  const groq = createGroq({
    transport,
    scheduler,
    limits: false,
    counter: characterCounter(),
    random: () => 1,
    ...options,
  });
  const records: UsageRecord[] = [];
  groq.usage$.subscribe((record) => records.push(record));
  return { groq, records, transport };
}

/** The estimate for a prompt of five tokens. */
const estimate = (completionTokens: number, reasoningTokens = 0) => ({
  type: 'estimated',
  tokens: { promptTokens: 5, cachedTokens: 0, completionTokens, reasoningTokens, totalTokens: 5 + completionTokens },
});

/** Unsubscribes at a frame. */
const leave = (scheduler: SchedulerLike, subscription: Subscription, at: number): void => {
  scheduler.schedule(() => {
    subscription.unsubscribe();
  }, at);
};

describe('usage$', () => {
  /** Checks the records of one request. */
  const expectRecords = (
    answers: readonly string[],
    expected: readonly object[],
    { leaveAt, ...options }: ChatOptions & { readonly leaveAt?: number } = {},
  ): void => {
    rx((helpers) => {
      const { groq, records } = meter(helpers, answers);
      const { subscription } = told(groq.chat({ model, messages }, { retry: { initialDelay: 1 }, ...options }));
      if (leaveAt !== undefined) leave(helpers.scheduler, subscription, leaveAt);
      helpers.flush();
      expect(records).toHaveLength(expected.length);
      expect(records).toMatchObject(expected);
    });
  };

  it('should report the usage of an answer once, with its tenant and cost', () => {
    rx((helpers) => {
      const { groq, records } = meter(helpers, ['5ms (shafd|)']);
      told(groq.chat({ model, messages }, { tenant: 'acme', tag: 'search' }));
      helpers.flush();
      expect(records).toEqual([
        {
          type: 'reported',
          tokens,
          refused: false,
          cost: (80 * 0.075 + 20 * 0.3) / 1e6,
          seq: 0,
          attempt: 1,
          model,
          tenant: 'acme',
          tag: 'search',
          at: 5,
        },
      ]);
    });
  });

  it('should emit a record before the subscriber receives the end', () => {
    rx((helpers) => {
      const { groq, records } = meter(helpers, ['(shafd|)']);
      const seen: number[] = [];
      groq.chat({ model, messages }).subscribe(() => seen.push(records.length));
      helpers.flush();
      expect(seen).toEqual([0, 1]);
    });
  });

  it.each(['chat', 'chunks', 'complete'] as const)('should report the usage of %s once', (way) => {
    rx((helpers) => {
      const { groq, records } = meter(helpers, [way === 'complete' ? '(shc|)' : '(shafd|)']);
      told<unknown>(groq[way]({ model, messages }));
      helpers.flush();
      expect(records).toMatchObject([{ type: 'reported', tokens }]);
    });
  });

  it.each(['chat', 'chunks'] as const)('should count usage in x_groq and at the top once, in %s', (way) => {
    rx(({ flush, scheduler }) => {
      const chunk = {
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage,
        x_groq: { id: 'req_1', usage },
      };
      const again = { choices: [], usage, x_groq: { usage } };
      const events = [chunk, again].map((event) => wire.data(`data: ${JSON.stringify(event)}\n\n`));
      const transport = fakeTransport(() => from([wire.sent, wire.head(), ...events, wire.done]));
      const groq = createGroq({ transport, scheduler, limits: false, counter: characterCounter() });
      const records = told(groq.usage$).values.all;
      told<unknown>(groq[way]({ model, messages }));
      flush();
      expect(records).toMatchObject([{ tokens }]);
    });
  });

  it('should separate cached and reasoning tokens, and price cached ones lower', () => {
    rx(({ flush, scheduler }) => {
      const detailed = {
        ...usage,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 12 },
      };
      const transport = fakeTransport(() => of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop', detailed)));
      const groq = createGroq({ transport, scheduler, limits: false, counter: characterCounter() });
      const records = told(groq.usage$).values.all;
      told(groq.chat({ model, messages }));
      flush();
      expect(records).toMatchObject([
        {
          tokens: { ...tokens, cachedTokens: 64, reasoningTokens: 12 },
          cost: (16 * 0.075 + 64 * 0.0375 + 20 * 0.3) / 1e6,
        },
      ]);
    });
  });

  it('should leave the cost out when the price is unknown, and use a configured price', () => {
    rx((helpers) => {
      const { groq, records } = meter(helpers, ['(shafd|)', '(shafd|)'], { prices: { own: { input: 1, output: 2 } } });
      told(groq.chat({ model: 'qwen/qwen3.8-27b', messages }));
      told(groq.chat({ model: 'own', messages }));
      helpers.flush();
      expect(records[0]).not.toHaveProperty('cost');
      expect(records[1]).toHaveProperty('cost', (80 + 2 * 20) / 1e6);
    });
  });

  describe('after a cancel', () => {
    it('should estimate from the received tokens', () => {
      expectRecords(['s-h-a-b---f'], [{ ...estimate(5), at: 8, cost: (5 * 0.075 + 5 * 0.3) / 1e6 }], { leaveAt: 8 });
    });

    it('should estimate reasoning separately', () => {
      expectRecords(['s-h-r-b---f'], [estimate(4, 2)], { leaveAt: 8 });
    });

    it('should estimate the arguments of a tool call', () => {
      rx((helpers) => {
        const { groq, records } = meter(helpers, ['(shat)---f']);
        const { subscription } = told(groq.chunks({ model, messages }));
        leave(helpers.scheduler, subscription, 7);
        helpers.flush();
        expect(records).toMatchObject([estimate(6)]);
      });
    });

    it('should count only the prompt when nothing was received', () => {
      expectRecords(['s-h---f'], [estimate(0)], { leaveAt: 1 });
    });

    it('should report nothing when the request was not sent', () => {
      expectRecords(['---sh-f'], [], { leaveAt: 2 });
    });

    it('should report nothing when the request was waiting', () => {
      rx((helpers) => {
        const store = quota(1, 100, { scheduler: helpers.scheduler });
        const { groq, records, transport } = meter(helpers, ['(shafd|)', '(shafd|)'], { limits: undefined, store });
        told(groq.chat({ model, messages }));
        const { subscription } = told(groq.chat({ model, messages }));
        leave(helpers.scheduler, subscription, 50);
        helpers.flush();
        expect(transport.requests).toHaveLength(1);
        expect(records).toHaveLength(1);
      });
    });

    it('should report unknown usage for a whole answer', () => {
      rx((helpers) => {
        const { groq, records } = meter(helpers, ['s----hc']);
        const { subscription } = told(groq.complete({ model, messages }));
        leave(helpers.scheduler, subscription, 2);
        helpers.flush();
        expect(records).toEqual([{ type: 'unknown', seq: 0, attempt: 1, model, at: 2 }]);
      });
    });

    it('should keep the usage that was already reported', () => {
      expectRecords(['(shauf)---|'], [{ type: 'reported', tokens }], { leaveAt: 6 });
    });

    it.each([
      ['(sha)', estimate(3)],
      ['(shr)', estimate(2, 2)],
    ])('should report before the subscriber receives a timeout, after %s', (answer, expected) => {
      rx((helpers) => {
        const { groq, records } = meter(helpers, [answer]);
        const seen: unknown[] = [];
        groq.chat({ model, messages }, { timeouts: { betweenTokens: 20 } }).subscribe({
          error: (error: unknown) => seen.push(isTimeoutError(error), records.length),
        });
        helpers.flush();
        expect(seen).toEqual([true, 1]);
        expect(records).toMatchObject([expected]);
      });
    });

    it('should estimate at most max_completion_tokens', () => {
      rx((helpers) => {
        const { groq, records } = meter(helpers, ['(shab)']);
        const { subscription } = told(groq.chat({ model, messages, max_completion_tokens: 2 }));
        leave(helpers.scheduler, subscription, 9);
        helpers.flush();
        expect(records).toMatchObject([estimate(2)]);
      });
    });

    it('should count pieces when the counter cannot count the text synchronously', () => {
      const later = { count: firstSync(() => Promise.reject(new Error('away'))) };
      const broken = {
        count: firstSync(() => {
          throw new Error('broken');
        }),
      };
      for (const counter of [constantCounter(5), later, broken]) {
        rx((helpers) => {
          const { groq, records } = meter(helpers, ['(shrabab)'], { counter });
          const { subscription } = told(groq.chat({ model, messages }));
          leave(helpers.scheduler, subscription, 10);
          helpers.flush();
          expect(records).toMatchObject([estimate(5, 1)]);
        });
      }
    });

    it('should report the prompt tokens to the counter', () => {
      rx((helpers) => {
        const learned: unknown[] = [];
        const observe = (request: object, promptTokens: number) => learned.push([request, promptTokens]);
        const { groq } = meter(helpers, ['(shafd|)'], { counter: { ...characterCounter(), observe } });
        told(groq.chat({ model, messages }));
        helpers.flush();
        expect(learned).toEqual([[{ model, messages }, 80]]);
      });
    });

    it('should emit the answer and its usage when the counter fails to learn', () => {
      rx((helpers) => {
        const observe = (): never => {
          throw new Error('full');
        };
        const counter = { ...characterCounter(), observe };
        const { groq, records } = meter(helpers, ['(shafd|)'], { counter });
        const heard = told(groq.chat({ model, messages }));
        helpers.flush();
        expect([heard.values.length, heard.ends]).toEqual([2, [['complete']]]);
        expect(records).toMatchObject([{ type: 'reported', tokens }]);
      });
    });

    it('should count with the vocabulary of the model when the counter has one', async () => {
      const counter = tiktokenCounter();
      await counter.load();
      const text = 'The sky is blue because of Rayleigh scattering.';
      const pieces = (text.match(/.{1,3}/g) ?? []).map((piece) => wire.text(piece));
      const completionTokens = counter.encode(text).length;
      expect(completionTokens).not.toBe(pieces.length);
      rx(({ flush, scheduler }) => {
        const transport = fakeTransport(() => concat(of(wire.sent, wire.head(), ...pieces), NEVER));
        const groq = createGroq({ transport, scheduler, limits: false, counter });
        const records = told(groq.usage$).values.all;
        const { subscription } = told(groq.chat({ model, messages }));
        leave(scheduler, subscription, 1);
        flush();
        expect(records).toMatchObject([{ type: 'estimated', tokens: { promptTokens: 72, completionTokens } }]);
      });
    });
  });

  describe('after a truncated stream', () => {
    it('should estimate from the received tokens before the subscriber receives the error', () => {
      rx((helpers) => {
        const { groq, records } = meter(helpers, ['s-h-a-b---#']);
        const seen: unknown[] = [];
        groq.chat({ model, messages }).subscribe({
          error: (error: unknown) => seen.push(isTruncatedStreamError(error), records.length),
        });
        helpers.flush();
        expect(seen).toEqual([true, 1]);
        expect(records).toMatchObject([estimate(5)]);
      });
    });

    it('should use the usage that was reported before', () => {
      expectRecords(['(shau)---|'], [{ type: 'reported', tokens, refused: false }]);
    });

    it('should estimate a complete answer without usage', () => {
      expectRecords(['(shabgd|)'], [estimate(5)]);
      rx((helpers) => {
        const { groq, records } = meter(helpers, ['(shC|)']);
        told(groq.complete({ model, messages }));
        helpers.flush();
        expect(records).toMatchObject([estimate(5, 2)]);
      });
    });
  });

  describe('of attempts', () => {
    it('should report that a refused request used nothing', () => {
      expectRecords(['s---(Be|)'], [{ type: 'reported', tokens: none, cost: 0, refused: true, at: 4 }]);
    });

    it('should report each attempt that was sent, and no other', () => {
      expectRecords(
        ['s-(Re|)', '---#', 's-(Fe|)', 's-#', '(shafd|)'],
        [
          { type: 'reported', tokens: none, refused: true, attempt: 1 },
          { type: 'unknown', attempt: 3 },
          { type: 'unknown', attempt: 4 },
          { type: 'reported', tokens, attempt: 5 },
        ],
        { retry: { count: 5, initialDelay: 1 } },
      );
    });

    it('should report unknown usage when an error follows tokens of the model', () => {
      expectRecords(['s---(BE|)'], [{ type: 'unknown' }]);
    });

    it.each([[[]], [[wire.sent]]])(
      'should report nothing when all attempts were lost before they were sent, after %j',
      (events) => {
        rx(({ flush, scheduler }) => {
          const lost = throwError(() => new ConnectionError('', { sent: false }));
          const transport = fakeTransport(() => concat(of(...events), lost));
          const groq = createGroq({ transport, scheduler, limits: false, counter: characterCounter() });
          const records = told(groq.usage$).values.all;
          told(groq.chat({ model, messages }));
          flush();
          expect([transport.requests.length, records.length]).toEqual([3, 0]);
        });
      },
    );
  });

  it('should report the attempts that are ended by closing the client, and complete', () => {
    rx((helpers) => {
      const { groq } = meter(helpers, ['(sha)']);
      const { values, ends } = told(groq.usage$);
      const answer = told(groq.chat({ model, messages }));
      helpers.scheduler.schedule(() => void groq.close(), 5);
      helpers.flush();
      expect(answer.ends.map(([, error]) => isClosedError(error))).toEqual([true]);
      expect(values.all).toMatchObject([estimate(3)]);
      expect(ends).toEqual([['complete']]);
    });
  });

  it('should continue when a subscriber throws', () => {
    rx((helpers) => {
      const thrown: unknown[] = [];
      rxjs.onUnhandledError = (error) => thrown.push(error);
      const { groq, records } = meter(helpers, ['(shafd|)', '(shafd|)']);
      groq.usage$.subscribe(() => {
        throw new Error('mine');
      });
      const answers = [told(groq.chat({ model, messages })), told(groq.chat({ model, messages }))];
      helpers.flush();
      rxjs.onUnhandledError = null;
      expect(answers.map(({ ends }) => ends)).toEqual([[['complete']], [['complete']]]);
      expect([records.length, thrown.length]).toEqual([2, 2]);
    });
  });
});

describe('usageBy', () => {
  it('should emit the totals on subscription, also to a late subscriber, and after each record', () => {
    rx((helpers) => {
      const { groq } = meter(helpers, ['(shafd|)', '3ms (shafd|)']);
      const shown = told(groq.usageBy('tenant')).values.all;
      for (const tenant of ['acme', 'zeta']) told(groq.chat({ model, messages }, { tenant }));
      helpers.flush();
      const sum = { ...tokens, requests: 1, unpriced: 0, cost: (80 * 0.075 + 20 * 0.3) / 1e6 };
      expect(shown.map((totals) => [...totals.keys()])).toEqual([[], ['acme'], ['acme', 'zeta']]);
      expect(shown[2]?.get('acme')?.reported).toEqual(sum);
      expect(told(groq.usageBy('tenant')).values.all).toEqual([shown[2]]);
      expect([...(told(groq.usageBy('model')).values.all[0] ?? [])]).toMatchObject([
        [model, { reported: { requests: 2 } }],
      ]);
      expect([...(told(groq.usageBy('tag')).values.all[0] ?? [])]).toMatchObject([
        [undefined, { reported: { requests: 2 } }],
      ]);
    });
  });

  it.each(['user', 'constructor', undefined])('should refuse the key %s', (key) => {
    rx((helpers) => {
      const { groq } = meter(helpers, []);
      try {
        void groq.usageBy(key as UsageKey);
        expect.unreachable();
      } catch (error) {
        expect(isValidationError(error) && error.expected).toBe('one of "model", "tenant", "tag"');
      }
    });
  });

  it('should be up to date when a record is emitted', () => {
    rx((helpers) => {
      const { groq } = meter(helpers, ['(shafd|)']);
      const requests: (number | undefined)[] = [];
      groq.usage$.subscribe(() => {
        groq.usageBy('model').subscribe((totals) => requests.push(totals.get(model)?.reported.requests));
      });
      told(groq.chat({ model, messages }));
      helpers.flush();
      expect(requests).toEqual([1]);
    });
  });

  it('should emit the totals after the client was closed, and complete', async () => {
    const groq = createGroq({ transport: fakeTransport({ Hello: 'Hi' }), limits: false, counter: characterCounter() });
    await told(groq.chat({ model, messages })).ended;
    await groq.close();
    expect((await lastValueFrom(groq.usageBy('model'))).get(model)?.reported.requests).toBe(1);
  });
});

/** Counts the first request synchronously, and all others later. */
function firstSync(later: () => Promise<TokenCount>): TokenCounter['count'] {
  let calls = 0;
  return () => (calls++ === 0 ? { tokens: 5, bound: 5, exact: true } : later());
}
