import { createGroq, type Groq, isRequestTooLargeError, text } from 'rxgroq';
import {
  fakeTransport,
  limitsOf,
  modelServer,
  network,
  quota,
  type Replies,
  virtualClock,
  wire,
  wordCounter,
} from 'rxgroq/testing';
import { delay, filter, map, mergeMap, type Observable, of, takeUntil, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

// An application that uses this package. Tests replace its client.

interface Ticket {
  readonly text: string;
  readonly urgent?: boolean;
}

/** Answers tickets as they arrive, urgent ones first. */
const answerTickets = (tickets: Observable<Ticket>, groq: Groq): Observable<string> =>
  tickets.pipe(
    mergeMap(({ text: question, urgent = false }) => {
      return groq.ask(question, { priority: urgent ? 'high' : 'low' }).pipe(text());
    }),
  );

/** A capital letter is an urgent ticket. */
const ticket = (letter: string): Ticket => ({ text: letter, urgent: letter === letter.toUpperCase() });

type Helpers = Parameters<Parameters<TestScheduler['run']>[0]>[0];

/** Runs a marble test in which a frame is a millisecond. */
const marbles = (test: (helpers: Helpers & { readonly scheduler: TestScheduler }) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  scheduler.run((helpers) => {
    test({ ...helpers, scheduler });
  });
};

/** A client with a quota and answers, without a network or a key. */
const client = (scheduler: TestScheduler, limits: string, replies: Replies) => {
  const transport = fakeTransport(replies);
  const store = quota(limits, { scheduler });
  return { transport, store, groq: createGroq({ transport, store, counter: wordCounter(), scheduler }) };
};

describe('an application', () => {
  it('should be answered at the pace of the quota', () => {
    marbles(({ hot, cold, expectObservable, scheduler }) => {
      const { groq, transport } = client(scheduler, '2/8ms', { a: cold('-x|'), b: cold('y|'), c: cold('--z|') });
      const tickets = hot('                      (abc)|').pipe(map(ticket));
      expectObservable(transport.admissions$).toBe('(ab)c');
      expectObservable(answerTickets(tickets, groq)).toBe('yx----z|');
    });
  });

  it('should have urgent requests answered first, whenever they arrive', () => {
    marbles(({ hot, expectObservable, scheduler }) => {
      const { groq, transport } = client(scheduler, '1/6ms', { a: 'a', b: 'b', C: 'C' });
      const tickets = hot('                      ab-C').pipe(map(ticket));
      expectObservable(transport.admissions$).toBe('a-----C-----b');
      expectObservable(answerTickets(tickets, groq)).toBe('a-----C-----b');
    });
  });

  it('should give up its place when the request is cancelled', () => {
    marbles(({ hot, cold, expectObservable, scheduler }) => {
      const { groq, transport, store } = client(scheduler, '1/4ms', { a: cold('-----x|'), b: 'y', c: 'z' });
      const left = hot('                         -b---');
      const asked = hot('                        (abc)').pipe(
        mergeMap((name) => groq.ask(name).pipe(text(), takeUntil(left.pipe(filter((who) => who === name))))),
      );
      expectObservable(transport.admissions$).toBe('a---c');
      expectObservable(asked).toBe('             ----zx');
      scheduler.flush();
      // Nothing is left open, here or at the server.
      expect([transport.open, store.open.size]).toEqual([0, 0]);
    });
  });

  it('should reserve tokens, and get unused ones back', () => {
    marbles(({ hot, expectObservable, scheduler }) => {
      // Two words and at most 18 tokens fill the bucket; only three tokens are used in the end.
      const { groq, transport } = client(scheduler, '20 tokens/20ms', { 'two words': 'one', b: 'one' });
      const asked = hot('ab').pipe(
        mergeMap((name) => {
          const content = name === 'a' ? 'two words' : name;
          return groq.complete({ messages: [{ role: 'user', content }], max_completion_tokens: 18 });
        }),
        map(({ usage }) => usage?.total_tokens),
      );
      // 3 are used, 17 given back and 2 refilled in 2 ms; the second request needs 19.
      expectObservable(asked).toBe('             a-b', { a: 3, b: 2 });
      expectObservable(transport.admissions$).toBe('a-b', { a: 'two words', b: 'b' });
    });
  });

  it('should not receive a 429: the request waits and is sent again', () => {
    marbles(({ cold, expectObservable, scheduler }) => {
      const limited = of(wire.head(429, { 'retry-after-ms': '5' }), wire.error('Rate limit reached'));
      const { groq, transport } = client(scheduler, '1/ms', { a: (_, attempt) => (attempt === 0 ? limited : 'x') });
      expectObservable(answerTickets(cold('a|').pipe(map(ticket)), groq)).toBe('-----(x|)');
      expectObservable(transport.admissions$).toBe('a----a');
    });
  });

  it('should receive an error for a request that can never fit', () => {
    marbles(({ expectObservable, scheduler }) => {
      const { groq } = client(scheduler, '3 tokens/ms', {});
      const failed = answerTickets(of({ text: 'far too many words' }), groq);
      failed.subscribe({
        error: (error: unknown) => {
          expect(error).toSatisfy(isRequestTooLargeError);
        },
      });
      expectObservable(failed.pipe(delay(0, scheduler))).toBe('#', undefined, expect.anything());
    });
  });
});

describe('an application under the limits of the free plan', () => {
  const limits = limitsOf('30/min, 1k/day, 8k tokens/min, 200k tokens/day');

  /** A client and a server with these limits, connected by a random network. */
  const under = (seed: number, script = { promptTokens: 100, completionTokens: 400, duration: 1_500 }) => {
    const scheduler = virtualClock();
    const server = modelServer({
      limits,
      scheduler,
      network: network({ seed, latency: 40, jitter: 300 }),
      script: () => ({ ...script, text: 'done' }),
    });
    const counter = { count: () => ({ tokens: script.promptTokens, bound: script.promptTokens, exact: true }) };
    const groq = createGroq({ transport: server, counter, scheduler, defaults: { max_completion_tokens: 500 } });
    return { scheduler, server, groq };
  };

  /** Asks `count` questions at once and returns the answers after the clock is flushed. */
  const askAll = (groq: Groq, scheduler: ReturnType<typeof virtualClock>, count: number): string[] => {
    const tickets = Array.from({ length: count }, (_, i): Ticket => ({ text: `Why ${i}?`, urgent: i % 10 === 9 }));
    const answers: string[] = [];
    answerTickets(of(...tickets), groq)
      .pipe(toArray())
      .subscribe((all) => answers.push(...all));
    scheduler.flush();
    return answers;
  };

  it('should receive all answers without meeting a limit, on any network', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { scheduler, server, groq } = under(seed);
      expect(askAll(groq, scheduler, 100), `network ${seed}`).toHaveLength(100);
      expect(server.refusals, `network ${seed}`).toEqual([]);
      expect([server.open, scheduler.pending]).toEqual([0, 0]);
    }
  });

  it('should use all of a daily limit, in virtual time', () => {
    const { scheduler, server, groq } = under(1);
    // A full bucket covers 200,000 of 390,000 tokens; the rest flows in at 200,000 a day.
    expect(askAll(groq, scheduler, 780)).toHaveLength(780);
    expect(server.refusals).toEqual([]);
    const day = 86_400_000;
    const lastAdmission = server.admissions.at(-1) ?? 0;
    expect(lastAdmission).toBeGreaterThanOrEqual(0.95 * day);
    expect(lastAdmission).toBeLessThan(0.955 * day);
  });

  it('should leave the share of others in the organization', () => {
    const { scheduler, server, groq } = under(3);
    const model = server.model('openai/gpt-oss-20b');
    const someone = scheduler.schedule(function () {
      const now = scheduler.now();
      const ruling = model.admit(now, { promptTokens: 200 });
      if (ruling.type === 'admitted') model.settle(now, ruling.admission, { promptTokens: 200, completionTokens: 0 });
      if (now < 600_000) this.schedule(undefined, 3_000);
    });
    expect(askAll(groq, scheduler, 100)).toHaveLength(100);
    someone.unsubscribe();
    expect(server.refusals).toEqual([]);
    // Half of the inflow went to others: 42,000 tokens at 4,000 a minute.
    expect((server.admissions.at(-1) ?? 0) / 60_000).toBeCloseTo(10.5, 0);
  });

  it('should continue under a limit that is cut while it runs', () => {
    const { scheduler, server, groq } = under(4);
    const model = 'openai/gpt-oss-20b';
    scheduler.schedule(() => {
      server.setLimits(model, limitsOf('4k tokens/min'));
    }, 30_000);
    expect(askAll(groq, scheduler, 60)).toHaveLength(60);
    // The next answer reports the new limit.
    for (const { sentAt } of server.refusals) expect(sentAt).toBeLessThan(35_000);
  });
});
