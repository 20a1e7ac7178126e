import {
  concat,
  EMPTY,
  from,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { type AnswersOptions, answers } from '../../src/client/answers.ts';
import type { CallOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import { ClosedError } from '../../src/errors/ClosedError.ts';
import { isHttpError, isValidationError } from '../../src/errors/guards.ts';
import type { ChatInput, ChatRequest } from '../../src/model/ChatRequest.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { Answer } from '../../src/model/Token.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import type { WireEvent, WireRequest } from '../../src/ports/Transport.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { wire } from '../../src/testing/wire.ts';
import { completion } from '../util/http.ts';
import { told } from '../util/told.ts';

const ask = (content: string): ChatInput => ({ messages: [{ role: 'user', content }] });

const answered = (content: string): Observable<WireEvent> =>
  of(wire.head(), wire.data(JSON.stringify(completion(content))));

const refused = of(wire.head(400), wire.error('No.'));

/** The question of a request. */
const contentOf = ({ body }: WireRequest): string => {
  const { messages } = JSON.parse(String(body)) as { messages: { content: string }[] };
  return messages[0]?.content ?? '';
};

/** A client whose requests a test answers one by one, by their order of arrival. */
const setUp = () => {
  const replies: Subject<WireEvent>[] = [];
  const transport = fakeTransport(() => {
    const reply = new Subject<WireEvent>();
    replies.push(reply);
    return concat(of(wire.sent), reply);
  });
  const groq = createGroq({ transport, limits: false, counter: constantCounter(1), retry: { count: 0 } });
  const give = (index: number, events: Observable<WireEvent>): void => {
    const reply = replies[index];
    if (reply === undefined) throw new Error(`no request ${index}`);
    events.subscribe(reply);
  };
  const questions = () => transport.requests.map(contentOf);
  return { transport, groq, give, questions };
};

/** Requests are sent at the end of the turn in which they were made. */
const turn = (): Promise<void> => new Promise(setImmediate);

/** The results in short: the input, and the answer or the status of the error. */
const gist = (results: readonly { input: string; index: number; answer?: unknown; error?: unknown }[]): unknown[] =>
  results.map(({ input, index, answer, error }) => [
    input,
    index,
    isHttpError(error) ? error.status : (answer as { message: { content: string } } | undefined)?.message.content,
  ]);

describe('Groq.answers', () => {
  const inputs = from(['a', 'b', 'c']);

  const started = async (options?: AnswersOptions, source: Observable<string> = inputs) => {
    const all = setUp();
    const results = told(source.pipe(all.groq.answers(ask, options)));
    await turn();
    return { ...all, results };
  };

  it('should emit each answer when it arrives, with its input', async () => {
    const { give, results, questions } = await started();
    expect(questions()).toEqual(['a', 'b', 'c']);
    give(2, answered('C'));
    expect(gist(results.values.all)).toEqual([['c', 2, 'C']]);
    give(0, answered('A'));
    give(1, answered('B'));
    expect(gist(results.values.all)).toEqual([
      ['c', 2, 'C'],
      ['a', 0, 'A'],
      ['b', 1, 'B'],
    ]);
    expect(results.ends).toEqual([['complete']]);
  });

  it('should emit answers in the order of the inputs when `ordered`', async () => {
    const { give, results } = await started({ ordered: true });
    give(2, answered('C'));
    give(1, refused);
    expect(results.values.all).toEqual([]);
    give(0, answered('A'));
    expect(gist(results.values.all)).toEqual([
      ['a', 0, 'A'],
      ['b', 1, 400],
      ['c', 2, 'C'],
    ]);
    expect(results.ends).toEqual([['complete']]);
  });

  it.each([true, false])('should emit errors as values, and continue (ordered: %s)', async (ordered) => {
    const { give, results } = await started({ ordered });
    give(0, refused);
    give(1, answered('B'));
    give(2, refused);
    expect(gist(results.values.all)).toEqual([
      ['a', 0, 400],
      ['b', 1, 'B'],
      ['c', 2, 400],
    ]);
    expect(results.ends).toEqual([['complete']]);
  });

  it('should emit an error for an invalid tool call, and continue', async () => {
    const { groq, give } = setUp();
    const asked = told(inputs.pipe(groq.answers(ask)));
    await turn();
    const message = { role: 'assistant', tool_calls: [{ id: 'call_1' }] };
    give(0, of(wire.head(), wire.data(JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, message }] }))));
    give(1, answered('B'));
    give(2, answered('C'));
    await asked.ended;
    expect(gist(asked.values.all.slice(1))).toEqual([
      ['b', 1, 'B'],
      ['c', 2, 'C'],
    ]);
    expect([asked.values.all[0], asked.ends]).toMatchObject([{ error: { code: 'GROQ_ERR_PROTOCOL' } }, [['complete']]]);
  });

  it('should fail with the first error and cancel the others when `onError` is "throw"', async () => {
    const { give, results, transport } = await started({ onError: 'throw' });
    give(1, answered('B'));
    give(2, refused);
    expect(gist(results.values.all)).toEqual([['b', 1, 'B']]);
    expect(results.ends).toEqual([['error', expect.toSatisfy(isHttpError)]]);
    expect(transport.open).toBe(0);
  });

  it('should emit an error for an invalid request, and send the others', async () => {
    const { groq } = setUp();
    const results = told(inputs.pipe(groq.answers((input) => ({ ...ask(input), temperature: input === 'b' ? 5 : 0 }))));
    await turn();
    expect(results.values.all).toMatchObject([
      { input: 'b', index: 1, error: expect.toSatisfy(isValidationError) as unknown },
    ]);
  });

  it.each<[string, (request: ChatRequest) => TokenCount | Promise<TokenCount>]>([
    [
      'throws',
      () => {
        throw new RangeError('broken');
      },
    ],
    ['fails later', () => Promise.reject(new RangeError('broken'))],
  ])('should emit an error for a request whose counter %s, and continue', async (_, fail) => {
    const transport = fakeTransport({ a: 'A', b: 'B', c: 'C' });
    const one = constantCounter(1);
    const count = (request: ChatRequest) => (request.messages[0]?.content === 'b' ? fail(request) : one.count(request));
    const groq = createGroq({ transport, limits: false, counter: { count } });
    const results = told(inputs.pipe(groq.answers(ask, { ordered: true })));
    await results.ended;
    expect(results.values.all).toMatchObject([
      { answer: {} },
      { error: { code: 'GROQ_ERR_VALIDATION', path: 'count()', cause: { name: 'RangeError' } } },
      { answer: {} },
    ]);
  });

  it.each<[string, () => Observable<WireEvent>, boolean]>([
    [
      'throws',
      () => {
        throw new TypeError('broken');
      },
      false,
    ],
    ['fails with before it sends', () => throwError(() => new TypeError('broken')), false],
    [
      'fails with after it has sent',
      () =>
        concat(
          of(wire.sent),
          throwError(() => new TypeError('broken')),
        ),
      true,
    ],
  ])('should emit an error for what a transport %s, and continue', async (_, fail, sent) => {
    const good = fakeTransport({ a: 'A', b: 'B', c: 'C' });
    const transport = { send: (request: WireRequest) => (contentOf(request) === 'b' ? fail() : good.send(request)) };
    const groq = createGroq({ transport, limits: false, counter: constantCounter(1), retry: { count: 0 } });
    const results = told(inputs.pipe(groq.answers(ask, { ordered: true })));
    await results.ended;
    expect(results.values.all).toMatchObject([
      { answer: {} },
      { error: { code: 'GROQ_ERR_CONNECTION', sent, cause: { name: 'TypeError' } } },
      { answer: {} },
    ]);
  });

  it('should emit an error for a request that cannot be serialized, and continue', async () => {
    const transport = fakeTransport({ a: 'A', b: 'B', c: 'C' });
    const groq = createGroq({ transport, limits: false, counter: constantCounter(1) });
    const circle = { circle: {} };
    circle.circle = circle;
    const odd: Record<string, object> = { a: { seed: 1, odd: 1n }, b: { seed: 1, odd: circle } };
    const results = told(inputs.pipe(groq.answers((input) => ({ ...ask(input), ...odd[input] }), { ordered: true })));
    await results.ended;
    const error = { code: 'GROQ_ERR_VALIDATION', path: 'odd', cause: { name: 'TypeError' } };
    expect(results.values.all).toMatchObject([
      { error: { ...error, got: 'a bigint' } },
      { error: { ...error, got: 'an object that JSON.stringify() refuses' } },
      { answer: {} },
    ]);
    expect(transport.requests.length).toBe(1);
  });

  const broken = new Error('broken');
  const fail = (): never => {
    throw broken;
  };
  const project = (input: string): ChatInput => (input === 'b' ? fail() : ask(input));
  const each = (input: string): CallOptions => (input === 'b' ? fail() : {});

  it.each([
    ['project()', project, {}],
    ['each()', ask, { each }],
  ])('should emit an error for what %s throws, and continue', async (path, made, options) => {
    const transport = fakeTransport({ a: 'A', b: 'B', c: 'C' });
    const groq = createGroq({ transport, limits: false, counter: constantCounter(1) });
    const results = told(inputs.pipe(groq.answers(made, { ...options, ordered: true })));
    await results.ended;
    expect(results.values.all).toMatchObject([
      { answer: {} },
      { input: 'b', index: 1, error: { code: 'GROQ_ERR_VALIDATION', path, cause: broken } },
      { answer: {} },
    ]);
    expect([results.ends, transport.requests.length]).toEqual([[['complete']], 2]);
  });

  const brokenPlace = (input: string): CallOptions => (input === 'b' ? { place$: throwError(() => broken) } : {});

  it('should emit an error for a `place$` that fails, and continue', async () => {
    const transport = fakeTransport({ a: 'A', b: 'B', c: 'C' });
    const groq = createGroq({ transport, limits: false, counter: constantCounter(1) });
    const results = told(inputs.pipe(groq.answers(ask, { each: brokenPlace, ordered: true })));
    await results.ended;
    expect(results.values.all).toMatchObject([
      { answer: {} },
      { input: 'b', index: 1, error: { code: 'GROQ_ERR_VALIDATION', path: 'place$', cause: broken } },
      { answer: {} },
    ]);
    expect(results.ends).toEqual([['complete']]);
  });

  it('should emit a Groq error that project() throws unchanged', async () => {
    const own = new ClosedError();
    const { groq } = setUp();
    const results = told(
      of('a').pipe(
        groq.answers(() => {
          throw own;
        }),
      ),
    );
    await results.ended;
    expect(results.values.all).toEqual([{ input: 'a', index: 0, error: own }]);
  });

  it.each([
    ['project()', project, {}],
    ['each()', ask, { each }],
    ['place$', ask, { each: brokenPlace }],
  ])('should fail with what %s throws and cancel the others when `onError` is "throw"', async (_, made, options) => {
    const { groq, transport } = setUp();
    const results = told(inputs.pipe(groq.answers(made, { ...options, onError: 'throw' })));
    await turn();
    expect(results.ends).toEqual([['error', broken]]);
    expect([transport.open, transport.requests.length]).toEqual([0, 0]);
  });

  it('should apply the options that each() returns to the call for that input', async () => {
    const { groq, give } = setUp();
    const events = told(groq.events$);
    const records = told(groq.usage$);
    const options: AnswersOptions<string> = {
      tenant: 'all',
      tag: 'sorting',
      each: (input, index) => (input === 'b' ? { tenant: `${input}${index}`, tag: undefined, priority: 'high' } : {}),
    };
    const results = told(inputs.pipe(groq.answers(ask, options)));
    await turn();
    for (const index of [0, 1, 2]) give(index, answered('X'));
    await results.ended;
    const queued = events.values.all.filter(({ type }) => type === 'queued');
    expect(queued.map(({ tenant }) => tenant)).toEqual(['all', 'b1', 'all']);
    expect(records.values.all.map(({ tenant, tag }) => [tenant, tag])).toEqual([
      ['b1', 'sorting'],
      ['all', 'sorting'],
      ['all', 'sorting'],
    ]);
  });

  it('should emit an error for an option that each() may not return', () => {
    const { groq } = setUp();
    const each = (): object => ({ priority: 'urgent' });
    const results = told(of('a').pipe(groq.answers(ask, { each })));
    expect(results.values.all).toMatchObject([{ error: { code: 'GROQ_ERR_VALIDATION', path: 'priority' } }]);
  });

  it.each([
    ['project()', (input: string) => Promise.resolve(ask(input)), {}],
    ['each()', ask, { each: () => Promise.resolve({ tenant: 'a' }) }],
  ])('should emit an error when %s returns a promise, which nothing awaits', (path, made, options) => {
    const { groq, transport } = setUp();
    const promising = { ...options } as AnswersOptions<string>;
    const results = told(of('a').pipe(groq.answers(made as (input: string) => ChatInput, promising)));
    expect(results.values.all).toMatchObject([{ error: { code: 'GROQ_ERR_VALIDATION', path, got: 'a promise' } }]);
    expect(transport.requests.length).toBe(0);
  });

  it('should end like the source', async () => {
    const broken = new Error('broken');
    const { results, transport } = await started(
      {},
      concat(
        of('a'),
        throwError(() => broken),
      ),
    );
    expect([results.ends, transport.open]).toEqual([[['error', broken]], 0]);
    expect((await started({}, of())).results.ends).toEqual([['complete']]);
    expect((await started({}, NEVER)).results.ends).toEqual([]);
  });

  it('should accept inputs as long as they come', async () => {
    const source = new Subject<string>();
    const { give, results, questions } = await started({}, source);
    source.next('x');
    await turn();
    give(0, answered('X'));
    expect(results.values.length).toBe(1);
    source.next('y');
    source.complete();
    await turn();
    expect([questions(), results.ends]).toEqual([['x', 'y'], []]);
    give(1, answered('Y'));
    expect([results.values.length, results.ends]).toEqual([2, [['complete']]]);
  });

  it('should cancel all requests on unsubscribe', async () => {
    const { groq, results, transport } = await started();
    expect(transport.open).toBe(3);
    const events: GroqEvent[] = [];
    groq.events$.subscribe((event) => events.push(event));
    results.subscription.unsubscribe();
    expect([transport.open, results.ends]).toEqual([0, []]);
    expect(events.map(({ type }) => type)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('should cancel the other requests when enough answers were taken', async () => {
    const { groq, give, transport } = setUp();
    const results = told(inputs.pipe(groq.answers(ask), take(1)));
    await turn();
    give(1, answered('B'));
    expect([gist(results.values.all), results.ends, transport.open]).toEqual([[['b', 1, 'B']], [['complete']], 0]);
  });

  it('should make a new request for each subscription', async () => {
    const { groq, transport } = setUp();
    const results = inputs.pipe(groq.answers(ask));
    const subscriptions = [told(results).subscription, told(results).subscription];
    await turn();
    expect(transport.requests).toHaveLength(6);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(transport.open).toBe(0);
  });

  it.each([true, false])(
    'should keep no reference to inputs whose answer was emitted (ordered: %s)',
    async (ordered) => {
      const { groq, give } = setUp();
      const source = new Subject<{ readonly text: string }>();
      const { subscription } = told(
        source.pipe(
          groq.answers(({ text }) => ask(text), { ordered }),
          map(({ index }) => index),
        ),
      );
      const put = () => {
        const input = { text: 'x' };
        source.next(input);
        return new WeakRef(input);
      };
      const input = put();
      await turn();
      give(0, answered('X'));
      // A new WeakRef keeps its target alive until the end of the current turn.
      await turn();
      globalThis.gc?.();
      expect(input.deref()).toBeUndefined();
      expect(subscription.closed).toBe(false);
    },
  );

  it('should pass the options to each call', async () => {
    const { groq } = setUp();
    const events: GroqEvent[] = [];
    groq.events$.subscribe((event) => events.push(event));
    const stop = new AbortController();
    const results = told(inputs.pipe(groq.answers(ask, { tenant: 't', signal: stop.signal })));
    await turn();
    expect(events.map(({ tenant }) => tenant)).toContain('t');
    stop.abort();
    expect(results.values.all.map((result) => 'error' in result && result.error.code)).toEqual(
      ['a', 'b', 'c'].map(() => 'GROQ_ERR_CANCELLED'),
    );
  });

  it.each([true, false])('should run at most `concurrency` requests (ordered: %s)', async (ordered) => {
    const { give, results, questions } = await started({ concurrency: 2, ordered }, from(['a', 'b', 'c', 'd']));
    expect(questions()).toEqual(['a', 'b']);
    give(0, refused);
    await turn();
    expect(questions()).toEqual(['a', 'b', 'c']);
    give(1, answered('B'));
    await turn();
    give(2, answered('C'));
    give(3, answered('D'));
    expect(gist(results.values.all)).toEqual([
      ['a', 0, 400],
      ['b', 1, 'B'],
      ['c', 2, 'C'],
      ['d', 3, 'D'],
    ]);
    expect(results.ends).toEqual([['complete']]);
  });

  it('should count answers that wait for an earlier one towards `concurrency`', async () => {
    const { give, results, questions } = await started({ concurrency: 2, ordered: true });
    give(1, answered('B'));
    await turn();
    expect([questions(), results.values.all]).toEqual([['a', 'b'], []]);
    give(0, answered('A'));
    await turn();
    expect([questions(), results.values.length]).toEqual([['a', 'b', 'c'], 2]);
  });

  it('should not overflow the queue when `concurrency` bounds the requests', async () => {
    const transport = fakeTransport(() => concat(of(wire.sent), from(turn()).pipe(mergeMap(() => answered('X')))));
    const many = Array.from({ length: 60 }, (_, i) => String(i));
    const options = { transport, limits: false, counter: constantCounter(1), maxInFlight: 2, maxQueued: 10 } as const;
    const failures = async (concurrency?: number): Promise<number> => {
      const results$ = from(many).pipe(createGroq(options).answers(ask, { concurrency }), toArray());
      return (await lastValueFrom(results$)).filter((result) => 'error' in result).length;
    };
    expect([await failures(), await failures(12)]).toEqual([48, 0]);
  });

  it('should make no request for waiting inputs after unsubscribe', async () => {
    const asked: string[] = [];
    const { groq, transport } = setUp();
    const project = (input: string): ChatInput => {
      asked.push(input);
      return ask(input);
    };
    const results = told(inputs.pipe(groq.answers(project, { concurrency: 2 })));
    await turn();
    results.subscription.unsubscribe();
    await turn();
    expect([asked, transport.requests.length, transport.open]).toEqual([['a', 'b'], 2, 0]);
  });

  it('should start no waiting request after an error that ends the stream', async () => {
    const { give, results, transport } = await started({ concurrency: 2, onError: 'throw' });
    give(0, refused);
    await turn();
    expect(results.ends).toEqual([['error', expect.toSatisfy(isHttpError)]]);
    expect([transport.requests.length, transport.open]).toEqual([2, 0]);
  });

  it('should complete only after the waiting inputs are answered', async () => {
    const source = new Subject<string>();
    const { give, results, questions } = await started({ concurrency: 1 }, source);
    source.next('x');
    source.next('y');
    source.complete();
    await turn();
    give(0, answered('X'));
    expect(results.ends).toEqual([]);
    await turn();
    expect(questions()).toEqual(['x', 'y']);
    give(1, answered('Y'));
    expect([results.values.length, results.ends]).toEqual([2, [['complete']]]);
  });

  it('should start no waiting request when enough answers were taken', async () => {
    const { groq, give, transport } = setUp();
    const results = told(inputs.pipe(groq.answers(ask, { concurrency: 1 }), take(1)));
    await turn();
    give(0, answered('A'));
    await turn();
    expect([results.ends, transport.requests.length, transport.open]).toEqual([[['complete']], 1, 0]);
  });

  it('should process many inputs that fail synchronously without recursion', async () => {
    const { groq, give } = setUp();
    const count = 20_000;
    const project = (index: number): ChatInput => (index === 0 ? ask('a') : fail());
    const results = told(range(0, count).pipe(groq.answers(project, { concurrency: 1 })));
    await turn();
    give(0, answered('A'));
    expect([results.values.length, results.ends]).toEqual([count, [['complete']]]);
  });

  it('should answer a thousand inputs in order', async () => {
    const transport = fakeTransport((request) => concat(of(wire.sent), answered(contentOf(request))));
    const groq = createGroq({ transport, limits: false, counter: constantCounter(1) });
    const many = Array.from({ length: 1_000 }, (_, i) => String(i).padStart(3, '0'));
    const results = await lastValueFrom(from(many).pipe(groq.answers(ask, { ordered: true }), toArray()));
    expect(gist(results)).toEqual(many.map((input, i) => [input, i, input]));
  });
});

describe('answers', () => {
  it('should emit nothing for an input without a result, in whatever order', () => {
    const inputs = from(['a', 'b', 'c']);
    for (const ordered of [false, true]) {
      const none = ({ messages: [first] }: ChatInput) => (first?.content === 'b' ? EMPTY : of(answer));
      const answer = { message: { content: 'x' } } as unknown as Answer;
      const results = told(inputs.pipe(answers<string>(none, ask, { ordered })));
      expect(results.values.all.map(({ input }) => input)).toEqual(['a', 'c']);
      expect(results.ends).toEqual([['complete']]);
    }
  });
});
