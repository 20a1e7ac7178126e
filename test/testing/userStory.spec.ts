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

// An application that somebody has written with this package. It takes its client, and tests give it another.

interface Ticket {
  readonly text: string;
  readonly urgent?: boolean;
}

/** Answers tickets as they come: the urgent ones before the others. */
const answerTickets = (tickets: Observable<Ticket>, groq: Groq): Observable<string> =>
  tickets.pipe(
    mergeMap(({ text: question, urgent = false }) => {
      return groq.ask(question, { priority: urgent ? 'high' : 'low' }).pipe(text());
    }),
  );

/** In capital letters are those that are urgent. */
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

/** A client with a quota and answers, and neither a network nor a key. */
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

  it('should let what is urgent go first, whenever it comes', () => {
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

  it('should pay for tokens, and get back what an answer did not use', () => {
    marbles(({ hot, expectObservable, scheduler }) => {
      // Its four words and at most 16 tokens fill the bucket; only five of them are used in the end.
      const { groq, transport } = client(scheduler, '20 tokens/20ms', { 'two words': 'one', b: 'one' });
      const asked = hot('ab').pipe(
        mergeMap((name) => {
          const content = name === 'a' ? 'two words' : name;
          return groq.complete({ messages: [{ role: 'user', content }], max_completion_tokens: 18 });
        }),
        map(({ usage }) => usage?.total_tokens),
      );
      // Three were used, one came back with time, and the second request needs nineteen.
      expectObservable(asked).toBe('             a-b', { a: 3, b: 2 });
      expectObservable(transport.admissions$).toBe('a-b', { a: 'two words', b: 'b' });
    });
  });

  it('should not see a 429: the request waits and is sent again', () => {
    marbles(({ cold, expectObservable, scheduler }) => {
      const limited = of(wire.head(429, { 'retry-after-ms': '5' }), wire.error('Rate limit reached'));
      const { groq, transport } = client(scheduler, '1/ms', { a: (_, attempt) => (attempt === 0 ? limited : 'x') });
      expectObservable(answerTickets(cold('a|').pipe(map(ticket)), groq)).toBe('-----(x|)');
      expectObservable(transport.admissions$).toBe('a----a');
    });
  });

  it('should be told what can never fit', () => {
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

  /** The application with a server that keeps these limits, behind a network that does as it likes. */
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

  /** Asks so many questions at once and gives the answers when the clock has run down. */
  const askAll = (groq: Groq, scheduler: ReturnType<typeof virtualClock>, count: number): string[] => {
    const tickets = Array.from({ length: count }, (_, i): Ticket => ({ text: `Why ${i}?`, urgent: i % 10 === 9 }));
    const answers: string[] = [];
    answerTickets(of(...tickets), groq)
      .pipe(toArray())
      .subscribe((all) => answers.push(...all));
    scheduler.flush();
    return answers;
  };

  it('should have all answers and meet no limit, on whichever network', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { scheduler, server, groq } = under(seed);
      expect(askAll(groq, scheduler, 100), `network ${seed}`).toHaveLength(100);
      expect(server.refusals, `network ${seed}`).toEqual([]);
      expect([server.open, scheduler.pending]).toEqual([0, 0]);
    }
  });

  it('should use all of a day, which takes no time', () => {
    const { scheduler, server, groq } = under(1);
    // Of 390,000 tokens a full bucket pays for 200,000, and the rest flows back at 200,000 a day.
    expect(askAll(groq, scheduler, 780)).toHaveLength(780);
    expect(server.refusals).toEqual([]);
    const day = 86_400_000;
    const lastAdmission = server.admissions.at(-1) ?? 0;
    expect(lastAdmission).toBeGreaterThanOrEqual(0.95 * day);
    expect(lastAdmission).toBeLessThan(0.955 * day);
  });

  it('should leave what others of the organization take', () => {
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
    // Half of the tokens went to others, so it took nearly twice as long as alone: 42,000 tokens at 4,000 a minute.
    expect((server.admissions.at(-1) ?? 0) / 60_000).toBeCloseTo(10.5, 0);
  });

  it('should go on under a limit that is cut while it runs', () => {
    const { scheduler, server, groq } = under(4);
    const model = 'openai/gpt-oss-20b';
    scheduler.schedule(() => {
      server.setLimits(model, limitsOf('4k tokens/min'));
    }, 30_000);
    expect(askAll(groq, scheduler, 60)).toHaveLength(60);
    // It hears of the new limit with the next answer.
    for (const { sentAt } of server.refusals) expect(sentAt).toBeLessThan(35_000);
  });
});
