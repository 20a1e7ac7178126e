import {
  BehaviorSubject,
  combineLatest,
  map,
  Observable,
  Subject,
  type Subscriber,
  type Subscription,
  startWith,
} from 'rxjs';
import type { CancelledError } from '../errors/CancelledError.ts';
import { ModelRetiredError } from '../errors/ModelRetiredError.ts';
import type { ChatInput, ChatRequest } from '../model/ChatRequest.ts';
import { type ModelId, RETIRED_MODELS } from '../model/Models.ts';
import type { StateToken } from '../model/Token.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import { countOf } from '../operators/internal/guardedCount.ts';
import { iterating } from '../operators/iterate.ts';
import { merged } from '../rules/merged.ts';
import { checkRequest } from '../rules/request/checkRequest.ts';
import type { Call } from '../scheduler/Attempt.ts';
import type { RequestScheduler } from '../scheduler/RequestScheduler.ts';
import type { AnswerKind } from './AnswerKind.ts';
import type { ChatOptions, CheckOptions } from './CallOptions.ts';
import { ChatCall, type ClientServices } from './ChatCall.ts';
import type { Config } from './config.ts';
import { countedInTime } from './countedInTime.ts';
import { Flow } from './Flow.ts';
import { fromNowOn } from './fromNowOn.ts';
import { type IterableObservable, iterableObservable } from './IterableObservable.ts';
import type { Ledger } from './Ledger.ts';
import { OutputFits } from './OutputFits.ts';
import { untilAborted } from './untilAborted.ts';

/** A call of one of the client's methods that ask for a chat completion. */
export interface MethodCall<T> {
  readonly kind: AnswerKind<T>;
  readonly input: ChatInput;
  readonly options: ChatOptions;
  /** Checks the options of the method. */
  readonly check: CheckOptions;
}

/** Makes chat completion requests: what all methods of the client have in common. */
export class Requests {
  readonly #services: ClientServices;
  readonly #requestScheduler: RequestScheduler;

  constructor(config: Config, scheduler: RequestScheduler, ledger: Ledger) {
    this.#services = { config, ledger, fits: new OutputFits(config.store) };
    this.#requestScheduler = scheduler;
  }

  /** The answer to a request. It is cold, and each subscription is a separate request. */
  ask<T>(call: MethodCall<T>): IterableObservable<T | StateToken> {
    return iterableObservable(
      (destination) => {
        this.#answer(call, destination);
      },
      () => {
        const { kind, input, options, check } = call;
        // Copied, since options that are no object are refused only on subscription.
        const { backpressure, buffer } = { ...options };
        const waits = new BehaviorSubject(false);
        const paced$ = new Observable<T | StateToken>((destination) => {
          check(options);
          const paused$ = options.paused$ === undefined ? waits : either(waits, options.paused$);
          this.#answer({ ...call, options: { ...options, paused$ } }, destination);
        });
        const pause = (paused: boolean): void => {
          waits.next(paused);
        };
        return iterating(paced$, { backpressure, buffer, join: kind.join, pause, model: this.#modelOf(input) });
      },
    );
  }

  #answer<T>({ kind, input, options, check }: MethodCall<T>, destination: Subscriber<T | StateToken>): void {
    check(options);
    const { signal, paused$, lifecycle = false } = options;
    const cancelled$ = signal && new Subject<CancelledError>();
    const flow = paused$ && new Flow(paused$, this.#services.config.scheduler);
    const start = (subscriber: Subscriber<T | StateToken>): void => {
      const request = this.#check(input);
      const count = countOf(this.#services.config.counter, request);
      const isCounted = 'tokens' in count;
      const kept = isCounted ? options : awaiting(options, subscriber);
      const ask = { kind, request, options: kept, lifecycle, cancelled$, flow };
      const callOf = (counted: TokenCount): Call<T> => new ChatCall(ask, counted, this.#services);
      const call = isCounted ? callOf(count) : this.#inTime(count, request.model, options).pipe(map(callOf));
      this.#requestScheduler.answer(call).subscribe(subscriber);
    };
    if (flow !== undefined) {
      const following = flow.follow((error) => {
        destination.error(error);
      });
      destination.add(following);
      if (destination.closed) return;
    }
    // Every waiting request pays for each layer.
    if (signal === undefined) start(destination);
    else {
      const model = this.#modelOf(input);
      const cancel = (error: CancelledError): void => cancelled$?.next(error);
      new Observable(start).pipe(untilAborted(signal, model, cancel)).subscribe(destination);
    }
  }

  /** The model of a request that is not checked yet, and may not even be an object. */
  #modelOf(input: ChatInput): ModelId {
    return merged(this.#services.config.defaults, input).model;
  }

  #inTime(count$: Observable<TokenCount>, model: ModelId, options: ChatOptions): Observable<TokenCount> {
    const { timeouts, scheduler } = this.#services.config;
    const { queue = Infinity } = merged(timeouts, options.timeouts);
    return countedInTime(count$, model, queue, scheduler);
  }

  #check(input: ChatInput): ChatRequest {
    const { defaults, allowRetired } = this.#services.config;
    const request = checkRequest(merged(defaults, input));
    const retired = RETIRED_MODELS.get(request.model);
    if (retired !== undefined && !allowRetired) throw new ModelRetiredError(request.model, retired);
    // The request may wait, and what is sent must be what was checked and charged.
    return { ...request, messages: [...request.messages] };
  }
}

/** The options of a request that is still being counted: its place may change meanwhile. */
const awaiting = (options: ChatOptions, lifetime: Subscription): ChatOptions =>
  options.place$ === undefined ? options : { ...options, place$: fromNowOn(options.place$, lifetime) };

/** Whether the latest value of either source is true. */
const either = (first$: Observable<boolean>, second$: Observable<boolean>): Observable<boolean> =>
  combineLatest([first$, second$.pipe(startWith(false))], (first, second) => first || second);
