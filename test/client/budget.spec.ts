import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { CallOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import type { BudgetExceededError } from '../../src/errors/BudgetExceededError.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { isBudgetExceededError, isValidationError } from '../../src/errors/guards.ts';
import type { ChatInput } from '../../src/model/ChatRequest.ts';
import type { Place } from '../../src/model/Place.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { characterCounter } from '../util/characterCounter.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

const model = 'openai/gpt-oss-20b';
const messages = [{ role: 'user' as const, content: 'Hello' }];

const wires = {
  s: wire.sent,
  h: wire.head(),
  a: wire.text('abc'),
  f: wire.finish('stop', { prompt_tokens: 5, completion_tokens: 10 }),
  d: wire.done,
  F: wire.head(503),
  e: wire.error('no'),
};

/** A client in virtual time whose requests have 5 prompt tokens, and 10 completion tokens of up to 95. */
function client({ cold, scheduler }: RunHelpers, options: GroqOptions, answers: readonly string[] = []) {
  const lost = new ConnectionError('', { sent: false });
  const transport = fakeTransport((_, index) => cold(answers[index] ?? 's-h-a-(fd|)', wires, lost));
  const groq = createGroq({
    transport,
    scheduler,
    limits: false,
    counter: characterCounter(),
    random: () => 1,
    ...options,
  });
  /** Makes a request; `refused` returns its error, if it was refused. */
  const ask = (call: CallOptions = {}, request: Partial<ChatInput> = {}) => {
    const answer = told(groq.chat({ model, messages, max_completion_tokens: 95, ...request }, call));
    const refused = (): BudgetExceededError | undefined => {
      const error = answer.ends[0]?.[1];
      return isBudgetExceededError(error) ? error : undefined;
    };
    return { ...answer, refused };
  };
  return { groq, transport, ask };
}

const figures = (error: BudgetExceededError | undefined) =>
  error && [error.unit, error.tenant, error.limit, error.used, error.reserved, error.requested];

describe('budget', () => {
  it('should refuse requests when it is used up, with the numbers in the error', () => {
    rx((helpers) => {
      const { ask, transport } = client(helpers, { budget: { tokens: 115 } });
      const first = ask();
      helpers.scheduler.schedule(() => {
        // 15 are used, so exactly one more worst case fits.
        expect(ask().refused()).toBeUndefined();
      }, 20);
      let last: ReturnType<typeof ask> | undefined;
      helpers.scheduler.schedule(() => {
        last = ask();
      }, 40);
      helpers.flush();
      expect(first.ends).toEqual([['complete']]);
      expect(figures(last?.refused())).toEqual(['tokens', undefined, 115, 30, 0, 100]);
      expect(last?.refused()).toMatchObject({ code: 'GROQ_ERR_BUDGET_EXCEEDED', model });
      expect(String(last?.refused())).toBe(
        'BudgetExceededError: The budget is 115 tokens, of which 30 tokens is used and 0 tokens is reserved by requests in flight, and this request can use up to 100 tokens. Raise `budget`, or set a lower max_completion_tokens.',
      );
      expect(transport.requests).toHaveLength(2);
    });
  });

  it('should reserve the worst case of requests in flight, and release the unused part', () => {
    rx((helpers) => {
      const { ask, transport } = client(helpers, { budget: { tokens: 250 } });
      const burst = [ask(), ask(), ask()];
      let later: ReturnType<typeof ask> | undefined;
      helpers.scheduler.schedule(() => {
        later = ask();
      }, 20);
      helpers.flush();
      expect(burst.map(({ refused }) => figures(refused()))).toEqual([
        undefined,
        undefined,
        ['tokens', undefined, 250, 0, 200, 100],
      ]);
      expect(burst[2]?.refused()?.advice).toMatch(/^Try again when the requests in flight have ended/);
      expect(later?.ends).toEqual([['complete']]);
      expect(transport.requests).toHaveLength(3);
    });
  });

  it('should have released the unused part when the subscriber receives the end', () => {
    rx((helpers) => {
      const { groq, ask } = client(helpers, { budget: { tokens: 115 } });
      const again: ReturnType<typeof ask>[] = [];
      groq.chat({ model, messages, max_completion_tokens: 95 }).subscribe((token) => {
        if (token.type === 'finish') again.push(ask());
      });
      helpers.flush();
      expect(again.map(({ ends }) => ends)).toEqual([[['complete']]]);
    });
  });

  it('should not reserve anything for waiting requests', () => {
    rx((helpers) => {
      const store = quota(1, 20, { scheduler: helpers.scheduler });
      const { ask, transport } = client(helpers, { budget: { tokens: 145 }, limits: undefined, store });
      const burst = [ask(), ask(), ask(), ask()];
      helpers.flush();
      // Three times 15, and 100 for the last one: exactly the budget.
      expect(burst.map(({ ends }) => ends)).toEqual(Array(4).fill([['complete']]));
      expect(transport.requests).toHaveLength(4);
    });
  });

  it('should refuse a request at once that can never fit', () => {
    rx((helpers) => {
      const store = quota(1, 100, { scheduler: helpers.scheduler });
      const { ask, transport } = client(helpers, { budget: { tokens: 99 }, limits: undefined, store });
      expect(figures(ask().refused())).toEqual(['tokens', undefined, 99, 0, 0, 100]);
      expect(ask({}, { max_completion_tokens: 94 }).refused()).toBeUndefined();
      helpers.flush();
      expect(transport.requests).toHaveLength(1);
    });
  });

  it('should release the whole reservation when nothing was sent', () => {
    rx((helpers) => {
      const { ask } = client(helpers, { budget: { tokens: 100 }, retry: { count: 0 } }, ['---s', '-#']);
      const cancelled = ask();
      helpers.scheduler.schedule(() => {
        cancelled.subscription.unsubscribe();
        ask();
      }, 2);
      let last: ReturnType<typeof ask> | undefined;
      helpers.scheduler.schedule(() => {
        last = ask();
      }, 10);
      helpers.flush();
      expect(last?.ends).toEqual([['complete']]);
    });
  });

  it('should charge the worst case of an attempt with unknown usage, also when it is retried', () => {
    rx((helpers) => {
      const { ask } = client(helpers, { budget: { tokens: 199 } }, ['s-(Fe|)']);
      const answer = ask();
      helpers.flush();
      expect(figures(answer.refused())).toEqual(['tokens', undefined, 199, 100, 0, 100]);
    });
  });

  it('should charge the estimated usage after a cancel', () => {
    rx((helpers) => {
      const { ask } = client(helpers, { budget: { tokens: 107 } });
      const { subscription } = ask();
      const later: ReturnType<typeof ask>[] = [];
      helpers.scheduler.schedule(() => {
        subscription.unsubscribe();
        later.push(ask(), ask({}, { max_completion_tokens: 94 }));
      }, 5);
      helpers.flush();
      expect(figures(later[0]?.refused())).toEqual(['tokens', undefined, 107, 8, 0, 100]);
      expect(later[1]?.refused()).toBeUndefined();
    });
  });

  describe('in dollars', () => {
    // 5 prompt tokens and up to 95 completion tokens.
    const worst = (5 * 0.075 + 95 * 0.3) / 1e6;

    it('should use the prices of the catalogue', () => {
      rx((helpers) => {
        const { ask } = client(helpers, { budget: { usd: 2 * worst } });
        const burst = [ask(), ask(), ask()];
        helpers.flush();
        expect(burst.map(({ refused }) => refused()?.unit)).toEqual([undefined, undefined, 'usd']);
        expect(figures(burst[2]?.refused())).toEqual([
          'usd',
          undefined,
          expect.closeTo(2 * worst, 9),
          0,
          expect.closeTo(2 * worst, 9),
          expect.closeTo(worst, 9),
        ]);
        expect(String(burst[2]?.refused())).toContain('The budget is $0.000058, of which $0.00 is used and $0.000058');
      });
    });

    it('should charge the cost of an answer', () => {
      rx((helpers) => {
        // 5 prompt tokens and 10 completion tokens.
        const used = (5 * 0.075 + 10 * 0.3) / 1e6;
        const { ask } = client(helpers, { budget: { usd: worst + 1.5 * used } });
        const asked = [ask()];
        for (const at of [20, 40]) helpers.scheduler.schedule(() => asked.push(ask()), at);
        helpers.flush();
        expect(asked.map(({ refused }) => refused()?.unit)).toEqual([undefined, undefined, 'usd']);
        expect(asked[2]?.refused()?.used).toBeCloseTo(2 * used, 9);
      });
    });

    it('should not be exceeded by rounding errors', () => {
      rx((helpers) => {
        const prices = { [model]: { input: 0, output: 1e5 / 95 } };
        const { ask } = client(helpers, { budget: { usd: 0.3 }, prices });
        const burst = [ask(), ask(), ask()];
        helpers.flush();
        expect(burst.map(({ refused }) => refused())).toEqual([undefined, undefined, undefined]);
      });
    });

    it('should refuse a model without a price, unless `prices` has one', () => {
      rx((helpers) => {
        const request = { model: 'own' };
        const { ask } = client(helpers, { budget: { usd: 1 } });
        const error = ask({}, request).ends[0]?.[1];
        expect(isValidationError(error) && error.path).toBe('prices["own"]');
        const priced = client(helpers, { budget: { usd: 1 }, prices: { own: { input: 1, output: 1 } } });
        expect(priced.ask({}, request).ends).toEqual([]);
        expect(client(helpers, { budget: { tokens: 1_000 } }).ask({}, request).ends).toEqual([]);
        helpers.flush();
      });
    });
  });

  describe('of tenants', () => {
    it('should stop only the tenant whose budget is used up', () => {
      rx((helpers) => {
        const budget = { perTenant: { tokens: 100 }, tenants: { acme: { tokens: 200 }, free: {} } };
        const { ask } = client(helpers, { budget });
        const asked = ['acme', 'acme', 'acme', 'zeta', 'zeta', 'free', 'free', undefined, undefined].map((tenant) =>
          ask({ tenant }),
        );
        helpers.flush();
        expect(asked.map(({ refused }) => figures(refused()))).toEqual([
          undefined,
          undefined,
          ['tokens', 'acme', 200, 0, 200, 100],
          undefined,
          ['tokens', 'zeta', 100, 0, 100, 100],
          undefined,
          undefined,
          undefined,
          undefined,
        ]);
        expect(asked[2]?.refused()?.message).toMatch(/^The budget of tenant "acme" is 200 tokens/);
      });
    });

    it('should reserve nothing in one account when another is used up', () => {
      rx((helpers) => {
        const { ask } = client(helpers, { budget: { tokens: 200, tenants: { a: { tokens: 100 } } } });
        const asked = [ask({ tenant: 'a' }), ask({ tenant: 'a' })];
        helpers.scheduler.schedule(() => {
          asked.push(ask({ tenant: 'b' }));
        }, 1);
        helpers.flush();
        expect(asked.map(({ refused }) => refused()?.tenant)).toEqual([undefined, 'a', undefined]);
        expect(asked[2]?.ends).toEqual([['complete']]);
      });
    });

    it.each(['constructor', '__proto__'])('should limit a tenant named %s like any other', (tenant) => {
      rx((helpers) => {
        const { ask } = client(helpers, { budget: { perTenant: { tokens: 100 }, tenants: { a: {} } } });
        const asked = [ask({ tenant }), ask({ tenant })];
        helpers.flush();
        expect(asked.map(({ refused }) => refused()?.tenant)).toEqual([undefined, tenant]);
      });
    });

    it('should charge the tenant to which a request was moved while waiting', () => {
      rx((helpers) => {
        const store = quota(1, 20, { scheduler: helpers.scheduler });
        const { ask, groq } = client(helpers, { budget: { tenants: { b: { tokens: 5 } } }, limits: undefined, store });
        const place$ = new Subject<Place>();
        ask();
        const moved = ask({ tenant: 'a', place$ });
        helpers.scheduler.schedule(() => {
          place$.next({ tenant: 'b' });
        }, 10);
        const records = told(groq.usage$).values.all;
        helpers.flush();
        expect(moved.refused()?.tenant).toBe('b');
        expect(records).toHaveLength(1);
      });
    });
  });

  it('should reserve the max_completion_tokens that was lowered to fit', () => {
    rx((helpers) => {
      const store = quota(50, 10, { scheduler: helpers.scheduler, unit: 'tokens' });
      const { ask } = client(helpers, { budget: { tokens: 50 }, limits: undefined, store, fitOutput: true });
      const answer = ask();
      helpers.flush();
      expect(answer.ends).toEqual([['complete']]);
    });
  });
});
