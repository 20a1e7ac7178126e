import type { Observable, OperatorFunction } from 'rxjs';
import type { ChatInput } from '../model/ChatRequest.ts';
import type { ChatCompletionChunk } from '../model/Chunk.ts';
import type { GroqEvent } from '../model/GroqEvent.ts';
import type { Limits } from '../model/Limits.ts';
import type { ModelId } from '../model/Models.ts';
import type { Status } from '../model/Status.ts';
import type { Answer, StateToken, Token } from '../model/Token.ts';
import type { UsageKey, UsageRecord, UsageTotals } from '../model/UsageRecord.ts';
import type { Answered, AnswerResult, AnswersOptions } from './answers.ts';
import type { CallOptions, ChatOptions, StreamOptions } from './CallOptions.ts';
import type { Health } from './health.ts';
import type { IterableObservable } from './IterableObservable.ts';
import type { Model } from './models.ts';

/**
 * The Groq API as streams. Observables are cold: nothing is sent until you subscribe, each subscription is a separate
 * request, and unsubscribing cancels it, whatever its state.
 */
export interface Groq extends AsyncDisposable {
  /**
   * Requests a chat completion and emits it token by token: `reasoning` and `text` as they arrive, then each
   * `tool-call` whole, and one `finish` at the end. With `lifecycle`, `state` tokens report the progress of the
   * request. See {@link FlowOptions} for backpressure.
   *
   * Each subscriber makes a separate request. To share one, use rxjs's `share()`, where late subscribers get only what
   * follows, or `shareReplay({ bufferSize: Infinity, refCount: true })`, where they get the whole answer. The request
   * is cancelled when the last subscriber unsubscribes; without `refCount` it never is.
   *
   * @example
   * groq.chat({ messages }, { lifecycle: true }).subscribe(show);
   * // { type: 'state', state: 'queued' }, …, { type: 'text', text: 'Because' }, …, { type: 'finish', … }
   *
   * @throws {ValidationError | ModelRetiredError | ContextLengthError | RequestTooLargeError | BudgetExceededError} (as
   * `error`) when the request is invalid, too large or over budget.
   * @throws {QueueFullError | TimeoutError | StoreError} (as `error`) when the request could not leave the queue.
   * @throws {HttpError | ConnectionError | TimeoutError | ProtocolError | TruncatedStreamError} (as `error`) when the
   * attempt fails and is not retried, or not any more.
   * @throws {CancelledError | ClosedError} (as `error`) when the `signal` is aborted or the client is closed.
   * @throws {SlowConsumerError} (from `next` of the iterator) when the buffer is full and `backpressure` is `error`.
   */
  chat(
    request: ChatInput,
    options?: ChatOptions & { readonly lifecycle?: false | undefined },
  ): IterableObservable<Token>;
  chat(request: ChatInput, options: ChatOptions): IterableObservable<Token | StateToken>;
  /**
   * Requests a chat completion and emits it once, in one piece. Of `timeouts`, only `queue`, `connect` and `total`
   * apply.
   *
   * @example
   * const { message } = await firstValueFrom(groq.complete({ messages }));
   * message.content; // => 'Because of the air.'
   *
   * @throws {GroqError} (as `error`) like {@link Groq.chat}, except `TruncatedStreamError` and `SlowConsumerError`.
   */
  complete(request: ChatInput, options?: CallOptions): Observable<Answer>;
  /**
   * Asks the default model a question. Emits and fails like {@link Groq.chat}, which alone can emit `state` tokens.
   *
   * @example
   * groq.ask('Why is the sky blue?').pipe(text()).subscribe((piece) => process.stdout.write(piece));
   */
  ask(prompt: string, options?: ChatOptions & { readonly lifecycle?: false | undefined }): IterableObservable<Token>;
  /**
   * Turns a stream of inputs into a stream of answers, as fast as the limits allow: one result for each input, with its
   * `answer` or the `error` of {@link Groq.complete}. With `onError: 'throw'` the first error ends the stream. The
   * options of a call apply to all inputs; `each` overrides them for one input.
   *
   * @example
   * of('sky')
   *   .pipe(groq.answers((what) => ({ messages: [{ role: 'user', content: `Why is the ${what} blue?` }] })))
   *   .subscribe((result) => show('answer' in result ? result.answer.message : result.error.advice));
   *
   * @example
   * // Each input has its own tenant, and at most ten are processed at a time.
   * of({ text: 'Where is my order?', customer: 'acme', paid: true }).pipe(
   *   groq.answers(({ text }) => ({ messages: [{ role: 'user', content: text }] }), {
   *     each: ({ customer, paid }) => ({ tenant: customer, priority: paid ? 'high' : 'low' }),
   *     concurrency: 10,
   *   }),
   * );
   *
   * @throws {ValidationError} synchronously, when an argument is invalid.
   */
  answers<T>(
    project: (input: T, index: number) => ChatInput,
    options: AnswersOptions<NoInfer<T>> & { readonly onError: 'throw' },
  ): OperatorFunction<T, Answered<T>>;
  answers<T>(
    project: (input: T, index: number) => ChatInput,
    options?: AnswersOptions<NoInfer<T>>,
  ): OperatorFunction<T, AnswerResult<T>>;
  /**
   * Requests a chat completion and emits Groq's own chunks, unchanged. Fails like {@link Groq.chat}.
   *
   * @example
   * groq.chunks({ messages }).subscribe(({ choices }) => show(choices[0]?.delta));
   */
  chunks(request: ChatInput, options?: StreamOptions): IterableObservable<ChatCompletionChunk>;
  /**
   * Requests the list of models and emits it once. It bypasses the queue. After a 429 it retries as `retry` says, and
   * fails with a {@link RateLimitError} if the server asks for a wait of more than a minute.
   *
   * @example
   * createGroq().models().subscribe((models) => show(models.map(({ id }) => id)));
   *
   * @throws {HttpError | ConnectionError | TimeoutError | ProtocolError | ClosedError} (as `error`) when the request
   * fails.
   */
  models(): Observable<Model[]>;
  /** The ids of the models that are known without asking Groq. */
  modelIds(): string[];
  /**
   * Reports whether Groq can be reached, and the latency. It emits once and does not fail: if {@link Groq.models}
   * fails, its error is part of the value.
   *
   * @example
   * const health = await firstValueFrom(createGroq().health());
   * show(health.ok ? health.latencyMs : health.error.advice);
   */
  health(): Observable<Health>;
  /**
   * Changes the limits of a model at run time, dimension by dimension. Waiting requests that no longer fit get a {@link
   * RequestTooLargeError}.
   *
   * @throws {ValidationError} when a limit is invalid, the client was made with `limits: false`, or its `store` has no
   * way to set limits.
   */
  setLimits(model: ModelId, limits: Limits): void;
  /**
   * The state of queues and buckets. Emits on subscription and whenever it changes, at most ten times a second.
   * Completes when the client is closed.
   *
   * @example
   * groq.status$.subscribe(({ models }) => show(models));
   * // [{ model: 'openai/gpt-oss-20b', waiting: { high: 0, normal: 0, low: 2, background: 0 },
   * //    next: [{ seq: 4, priority: 'low', tag: 'sorting', startsInMs: 1200 }, …], nextStartsInMs: 1200,
   * //    inFlight: 1, buckets: [{ dimension: 'rpm', limit: 30, level: 0.4, rate: 0.0005, … }, …] }]
   */
  readonly status$: Observable<Status>;
  /**
   * What happens to requests, as it happens. It is hot, and completes when the client is closed. After `retrying` and
   * `rate-limited`, the events `queued`, `admitted` and `connected` occur again. A request that is refused when it is
   * made, for example because it is invalid or the budget is spent, has no events.
   *
   * @example
   * groq.events$.subscribe((event) => show(event));
   * // { type: 'admitted', waited: 45, attempt: 2, seq: 0, model: 'openai/gpt-oss-20b', tag: 'sorting', at: 1968 }
   */
  readonly events$: Observable<GroqEvent>;
  /**
   * The usage of each attempt that was sent: exactly one record for each, whether it was answered, refused, cut off or
   * cancelled, and none for attempts that were not sent. It is hot, and completes when the client is closed.
   */
  readonly usage$: Observable<UsageRecord>;
  /**
   * Usage totals since the client was made, by model, tenant or tag. Emits the current totals on subscription and new
   * ones after each record. Each value is complete, so the latest one is enough:
   * `firstValueFrom(groq.usageBy('model'))`. The first 1,000 names have their own totals; all others share one, under
   * `(others)`.
   *
   * @example
   * groq.usageBy('tenant').subscribe((totals) => show(totals.get('acme')?.reported.cost));
   */
  usageBy(key: UsageKey): Observable<UsageTotals>;
  /**
   * Opens a connection ahead of time, so that the next request need not wait for it, for example when a user starts
   * typing. Nothing is sent over it. If a free connection exists, this does nothing; an unused connection closes by
   * itself.
   *
   * @throws {ConnectionError} (as rejection) when the connection fails.
   * @throws {TimeoutError} (as rejection) when it takes longer than `timeouts.connect`.
   * @throws {ClosedError} (as rejection) when the client is closed.
   */
  connect(): Promise<void>;
  /**
   * Closes the client. Pending requests fail with a {@link ClosedError}. With `drain`, new requests are refused and the
   * client is closed when all pending ones have ended.
   */
  close(options?: { readonly drain?: boolean | undefined }): Promise<void>;
}
