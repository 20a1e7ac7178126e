import { mergeAll, type Observable, of, pipe } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type Answer,
  answer,
  type Backlog,
  type ChatCompletionChunk,
  type ChatRequest,
  constantCounter,
  countTokens,
  type Grant,
  type Job,
  memoryLimitStore,
  parseAnswer,
  parseEvents,
  prioritize,
  retryWithBackoff,
  type ServerEvent,
  type StateToken,
  send,
  type Token,
  type TokenCounter,
  type Transport,
  text,
  throttleByBucket,
  timeouts,
  toChunks,
  toTokens,
  validate,
} from '../../src/operators.ts';

declare const requests$: Observable<ChatRequest>;
declare const jobs$: Observable<Job>;
declare const backlog$: Observable<Backlog>;
declare const grants$: Observable<Grant>;
declare const bytes$: Observable<Uint8Array>;
declare const transport: Transport;

const counter = constantCounter(72);
const store = memoryLimitStore({ limits: { rpm: 30 } });

describe('the operators', () => {
  it('should compose in the order in which a request passes them', () => {
    expectTypeOf(of<unknown>(1).pipe(validate())).toEqualTypeOf<Observable<ChatRequest>>();
    expectTypeOf(requests$.pipe(countTokens({ counter }))).toEqualTypeOf<Observable<Job>>();
    expectTypeOf(jobs$.pipe(prioritize())).toEqualTypeOf<Observable<Backlog>>();
    expectTypeOf(backlog$.pipe(throttleByBucket({ store }))).toEqualTypeOf<Observable<Grant>>();
    const whole = of<unknown>({}).pipe(
      validate(),
      countTokens({ counter }),
      prioritize(),
      throttleByBucket({ store }),
      send({ transport }),
      mergeAll(),
    );
    expectTypeOf(whole).toEqualTypeOf<Observable<Token | StateToken>>();
    expectTypeOf(whole.pipe(text())).toEqualTypeOf<Observable<string>>();
    expectTypeOf(whole.pipe(answer())).toEqualTypeOf<Observable<Answer>>();
  });

  it('should accept jobs without a backlog', () => {
    expectTypeOf(jobs$.pipe(throttleByBucket({ store }))).toEqualTypeOf<Observable<Grant>>();
  });

  it('should refuse any other order', () => {
    // @ts-expect-error: what is not counted has no cost.
    void requests$.pipe(prioritize());
    // @ts-expect-error: what is not counted has no cost.
    void requests$.pipe(throttleByBucket({ store }));
    // @ts-expect-error: a backlog is no job.
    void backlog$.pipe(prioritize());
    // @ts-expect-error: only grants are sent.
    void jobs$.pipe(send({ transport }));
    // @ts-expect-error: a job is counted already.
    void jobs$.pipe(countTokens({ counter }));
    // @ts-expect-error: a request is no grant.
    void validate()(grants$).pipe(send({ transport }));
    // @ts-expect-error: answers are Observables, which are to be flattened.
    void grants$.pipe(send({ transport }), text());
  });

  it('should read the bytes of an answer', () => {
    expectTypeOf(bytes$.pipe(parseEvents())).toEqualTypeOf<Observable<ServerEvent>>();
    expectTypeOf(bytes$.pipe(parseEvents(), toTokens())).toEqualTypeOf<Observable<Token>>();
    expectTypeOf(bytes$.pipe(parseEvents(), toChunks())).toEqualTypeOf<Observable<ChatCompletionChunk>>();
    expectTypeOf(bytes$.pipe(parseAnswer())).toEqualTypeOf<Observable<Answer>>();
    // @ts-expect-error: bytes are no events.
    void bytes$.pipe(toTokens());
    // @ts-expect-error: text is no bytes.
    void of('data: 1').pipe(parseEvents());
  });

  it('should emit what the reader emits', () => {
    const chunks$ = grants$.pipe(send({ transport, read: () => pipe(parseEvents(), toChunks()) }), mergeAll());
    expectTypeOf(chunks$).toEqualTypeOf<Observable<ChatCompletionChunk | StateToken>>();
    const answers$ = grants$.pipe(send({ transport, read: () => parseAnswer() }), mergeAll());
    expectTypeOf(answers$).toEqualTypeOf<Observable<Answer | StateToken>>();
  });

  it('should pass any value through retries and timeouts', () => {
    expectTypeOf(of(1).pipe(retryWithBackoff({ count: 2 }))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(of('a').pipe(timeouts({ total: 1_000 }))).toEqualTypeOf<Observable<string>>();
  });

  it('should keep the fields that a caller adds to jobs', () => {
    interface Named extends Job {
      readonly name: string;
    }
    const named$ = jobs$ as Observable<Named>;
    const granted$ = named$.pipe(prioritize(), throttleByBucket({ store }));
    expectTypeOf(granted$).toEqualTypeOf<Observable<Grant<Named>>>();
    granted$.subscribe(({ job }) => {
      expectTypeOf(job.name).toEqualTypeOf<string>();
    });
  });

  it('should refuse unknown and missing options', () => {
    // @ts-expect-error: there must be a counter.
    countTokens({});
    // @ts-expect-error: there must be a store.
    throttleByBucket({});
    // @ts-expect-error: there is no such option.
    prioritize({ highest: 1 });
    // @ts-expect-error: a delay is a number of milliseconds.
    retryWithBackoff({ initialDelay: '1s' });
    // @ts-expect-error: there is no such dimension.
    memoryLimitStore({ limits: { perMinute: 30 } });
  });
});

describe('the ports', () => {
  it('should be implementable in one line', () => {
    expectTypeOf({ count: () => ({ tokens: 1, bound: 1, exact: true }) }).toExtend<TokenCounter>();
    expectTypeOf({ count: () => Promise.resolve({ tokens: 1, bound: 1, exact: true }) }).toExtend<TokenCounter>();
    expectTypeOf({ count: () => 1 }).not.toExtend<TokenCounter>();
    expectTypeOf({ send: () => of({ type: 'data' as const, bytes: new Uint8Array() }) }).toExtend<Transport>();
  });
});
