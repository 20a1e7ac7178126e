import {
  BehaviorSubject,
  combineLatest,
  from,
  map,
  Observable,
  type OperatorFunction,
  pipe,
  type Subscriber,
  startWith,
  take,
  throwIfEmpty,
} from 'rxjs';
import { ModelRetiredError } from '../errors/ModelRetiredError.ts';
import { ValidationError } from '../errors/ValidationError.ts';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { ChatCompletionChunk } from '../model/Chunk.ts';
import { RETIRED_MODELS } from '../model/Models.ts';
import type { Answer, StateToken, Token } from '../model/Token.ts';
import { iterate } from '../operators/iterate.ts';
import { parseAnswer } from '../operators/parseAnswer.ts';
import { parseEvents } from '../operators/parseEvents.ts';
import { readTokens } from '../operators/readTokens.ts';
import { toChunks } from '../operators/toChunks.ts';
import type { TokenCount } from '../ports/TokenCounter.ts';
import { seenInAnswer, seenInChunk, seenInToken } from '../rules/CompletionSeen.ts';
import { checkLength } from '../rules/checkLength.ts';
import { checkRequest } from '../rules/checkRequest.ts';
import { usageOf } from '../rules/chunk.ts';
import { chatCost } from '../rules/cost.ts';
import { joinTokens } from '../rules/joinTokens.ts';
import type { Errand, Timeouts } from '../scheduler/Attempt.ts';
import type { RequestScheduler } from '../scheduler/RequestScheduler.ts';
import type { Config } from './config.ts';
import { Flow } from './Flow.ts';
import { type IterableObservable, iterableObservable } from './IterableObservable.ts';
import type { Ledger } from './Ledger.ts';
import { OutputFits } from './OutputFits.ts';
import { type CallOptions, checkCallOptions } from './options.ts';
import type { Readable } from './UsageMeter.ts';
import { untilAborted } from './untilAborted.ts';

/** A request whose model may be left to the defaults of the client. */
export type ChatInput = Partial<ChatRequest> & Pick<ChatRequest, 'messages'>;

/** One of the ways in which a chat completion is asked for and read. */
export interface Kind<T> extends Readable<T> {
  readonly read: (config: Config) => OperatorFunction<Uint8Array, T>;
  /** Joins two of its values that wait to be taken, or tells that they cannot be joined. */
  readonly join?: (first: T | StateToken, second: T | StateToken) => T | undefined;
}

export const TOKENS: Kind<Token> = {
  stream: true,
  read: ({ scheduler, maxLineBytes }) => readTokens({ scheduler, maxLineBytes }),
  join: joinTokens,
  usage: (token) => (token.type === 'finish' ? token.usage : undefined),
  seen: seenInToken,
};

export const CHUNKS: Kind<ChatCompletionChunk> = {
  stream: true,
  read: ({ maxLineBytes, scheduler }) => pipe(parseEvents({ maxLineBytes }), toChunks({ scheduler })),
  usage: usageOf,
  seen: seenInChunk,
};

export const ANSWER: Kind<Answer> = {
  stream: false,
  read: () => parseAnswer(),
  usage: ({ usage }) => usage,
  seen: seenInAnswer,
};

/** Asks for chat completions: what is the same in all the ways to do so. */
export class Requests {
  readonly #config: Config;
  readonly #scheduler: RequestScheduler;
  readonly #ledger: Ledger;
  readonly #fits: OutputFits;

  constructor(config: Config, scheduler: RequestScheduler, ledger: Ledger) {
    this.#config = config;
    this.#scheduler = scheduler;
    this.#ledger = ledger;
    this.#fits = new OutputFits(config.store);
  }

  /** The answer to a request: nothing happens before it is subscribed to, and each subscription is a request. */
  ask<T>(
    kind: Kind<T>,
    input: ChatInput,
    options: CallOptions,
    lifecycle: boolean,
  ): IterableObservable<T | StateToken> {
    return iterableObservable(
      (destination) => {
        this.#answer(kind, input, options, lifecycle, destination);
      },
      () => {
        const { backpressure, buffer } = options;
        const waits = new BehaviorSubject(false);
        const paced$ = new Observable<T | StateToken>((destination) => {
          checkCallOptions(options);
          const paused$ = options.paused$ === undefined ? waits : either(waits, options.paused$);
          this.#answer(kind, input, { ...options, paused$ }, lifecycle, destination);
        });
        const pause = (paused: boolean): void => {
          waits.next(paused);
        };
        return iterate(paced$, { backpressure, buffer, join: kind.join, pause });
      },
    );
  }

  #answer<T>(
    kind: Kind<T>,
    input: ChatInput,
    options: CallOptions,
    lifecycle: boolean,
    destination: Subscriber<T | StateToken>,
  ): void {
    checkCallOptions(options);
    const start = (subscriber: Subscriber<T | StateToken>): void => {
      const request = this.#check(input);
      const errandOf = (count: TokenCount): Errand<T> => this.#errand(kind, request, count, options, lifecycle);
      const count = this.#config.counter.count(request);
      // A count that is there at once keeps the order of a burst.
      const errand =
        'tokens' in count ? errandOf(count) : from(count).pipe(take(1), throwIfEmpty(noCount), map(errandOf));
      this.#scheduler.answer(errand).subscribe(subscriber);
    };
    const { signal } = options;
    // Each layer is paid for by every request that waits.
    if (signal === undefined) start(destination);
    else {
      const model = input.model ?? this.#config.defaults.model;
      new Observable(start).pipe(untilAborted(signal, model)).subscribe(destination);
    }
  }

  #check(input: ChatInput): ChatRequest {
    const request = checkRequest({ ...this.#config.defaults, ...input });
    const retired = RETIRED_MODELS.get(request.model);
    if (retired !== undefined && !this.#config.allowRetired) throw new ModelRetiredError(request.model, retired);
    return request;
  }

  #errand<T>(
    kind: Kind<T>,
    asked: ChatRequest,
    count: TokenCount,
    { priority = 'low', tenant, tag, slack, place$, paused$, timeouts, retry, ...options }: CallOptions,
    lifecycle: boolean,
  ): Errand<T> {
    const config = this.#config;
    const { stream, read, usage } = kind;
    const { fitOutput = config.fitOutput } = options;
    // Its bound is what gets reserved, so that an estimate is never too low.
    const request = this.#fits.fit(asked, count.bound, { tenant, fitOutput });
    checkLength(request, count);
    const cost = chatCost(request, count.bound);
    this.#ledger.check({ request, cost, tenant });
    const flow = paused$ && new Flow(paused$);
    return {
      model: request.model,
      request,
      cost,
      priority,
      tenant,
      slack,
      place$,
      lifecycle,
      wire: () => ({
        method: 'POST',
        path: '/chat/completions',
        // The kind decides, whatever a request says that was written for another.
        body: JSON.stringify(stream || request['stream'] === true ? { ...request, stream } : request),
        paused$: flow?.paused$,
      }),
      read: () => read(config),
      usage,
      used: ({ prompt_tokens: prompt, completion_tokens: completion }) => {
        config.counter.observe?.(request, prompt);
        this.#fits.observe(request.model, tenant, completion);
      },
      meter: (attempt) => this.#ledger.meter(kind, attempt, tag),
      fittedFrom: request === asked ? undefined : (asked.max_completion_tokens ?? undefined),
      ...(flow && { held: () => flow.paused }),
      timeouts: timeoutsFor(timeouts === undefined ? config.timeouts : { ...config.timeouts, ...timeouts }, stream),
      retry: retry === undefined ? config.retry : { ...config.retry, ...retry },
    };
  }
}

const noCount = (): ValidationError =>
  new ValidationError(
    'The counter',
    [{ path: 'count()', expected: 'a TokenCount', got: 'nothing' }],
    'Correct the counter: nothing was sent.',
  );

/** Whether the last of either of two was true. */
const either = (first$: Observable<boolean>, second$: Observable<boolean>): Observable<boolean> =>
  combineLatest([first$, second$.pipe(startWith(false))], (first, second) => first || second);

/** An answer in one piece has no first token and none after it. */
const timeoutsFor = (timeouts: Timeouts, stream: boolean): Timeouts =>
  stream ? timeouts : { queue: timeouts.queue, connect: timeouts.connect, total: timeouts.total };
