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
 * The Groq API as streams. Observables are cold: nothing is sent before one is subscribed to, each subscription is a
 * request of its own, and unsubscribing cancels it wherever it is.
 */
export interface Groq extends AsyncDisposable {
  /**
   * Asks for a chat completion and emits it token by token: `reasoning` and `text` as they come, then each `tool-call`
   * whole, and one `finish` last. With `lifecycle`, `state` tokens among them say where the request is. See
   * {@link FlowOptions} for how fast tokens come, and what becomes of those that nobody takes.
   *
   * Several subscribers are several requests. They share one with rxjs's `share()`, where those who come late get what
   * comes from then on, or with `shareReplay({ bufferSize: Infinity, refCount: true })`, where they get all of it: the
   * last one to leave cancels it. Without `refCount` nobody does.
   *
   * @example
   * groq.chat({ messages }, { lifecycle: true }).subscribe(show);
   * // { type: 'state', state: 'queued' }, …, { type: 'text', text: 'Because' }, …, { type: 'finish', … }
   *
   * @throws {ValidationError | ModelRetiredError | ContextLengthError | RequestTooLargeError | BudgetExceededError} (as
   * `error`) when it cannot be sent as it is.
   * @throws {QueueFullError | TimeoutError | StoreError} (as `error`) when it gets no turn.
   * @throws {HttpError | ConnectionError | TimeoutError | ProtocolError | TruncatedStreamError} (as `error`) when its
   * answer fails and it is not, or no more, tried again.
   * @throws {CancelledError | ClosedError} (as `error`) when its `signal` is aborted or the client closed.
   * @throws {SlowConsumerError} (from `next` of its iterator) when too many tokens wait and `backpressure` is `error`.
   */
  chat(
    request: ChatInput,
    options?: ChatOptions & { readonly lifecycle?: false | undefined },
  ): IterableObservable<Token>;
  chat(request: ChatInput, options: ChatOptions): IterableObservable<Token | StateToken>;
  /**
   * Asks for a chat completion and emits it once, in one piece, for which of `timeouts` only `queue`, `connect` and
   * `total` count.
   *
   * @example
   * const { message } = await firstValueFrom(groq.complete({ messages }));
   * message.content; // => 'Because of the air.'
   *
   * @throws {GroqError} (as `error`) as {@link Groq.chat} does, but for `TruncatedStreamError` and `SlowConsumerError`.
   */
  complete(request: ChatInput, options?: CallOptions): Observable<Answer>;
  /**
   * Asks the default model a question. What it emits and how it fails is that of {@link Groq.chat}.
   *
   * @example
   * groq.ask('Why is the sky blue?').pipe(text()).subscribe((piece) => process.stdout.write(piece));
   */
  ask(prompt: string, options?: ChatOptions & { readonly lifecycle?: false }): IterableObservable<Token>;
  /**
   * Turns a stream of inputs into a stream of answers, at the pace of the limits: one result for each input, with its
   * `answer` or the `error` of {@link Groq.complete}. With `onError: 'throw'` the first error ends the stream. What a
   * call may be told holds for all of them; `each` gives an input its own.
   *
   * @example
   * of('sky')
   *   .pipe(groq.answers((what) => ({ messages: [{ role: 'user', content: `Why is the ${what} blue?` }] })))
   *   .subscribe((result) => show('answer' in result ? result.answer.message : result.error.advice));
   *
   * @example
   * // Each on behalf of its own customer, and no more than ten of them under way at a time.
   * of({ text: 'Where is my order?', customer: 'acme', paid: true }).pipe(
   *   groq.answers(({ text }) => ({ messages: [{ role: 'user', content: text }] }), {
   *     each: ({ customer, paid }) => ({ tenant: customer, priority: paid ? 'high' : 'low' }),
   *     concurrency: 10,
   *   }),
   * );
   *
   * @throws {ValidationError} at once, when an option is not what it has to be.
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
   * Asks for a chat completion and emits Groq's own chunks, untouched. It fails as {@link Groq.chat} does.
   *
   * @example
   * groq.chunks({ messages }).subscribe(({ choices }) => show(choices[0]?.delta));
   */
  chunks(request: ChatInput, options?: StreamOptions): IterableObservable<ChatCompletionChunk>;
  /**
   * Asks which models there are, and emits the list once. It does not queue. A 429 is waited out as `retry` says, and is
   * a {@link RateLimitError} when the server asks for more than a minute.
   *
   * @example
   * createGroq().models().subscribe((models) => show(models.map(({ id }) => id)));
   *
   * @throws {HttpError | ConnectionError | TimeoutError | ProtocolError | ClosedError} (as `error`) when it fails.
   */
  models(): Observable<Model[]>;
  /** The models that are known without asking. */
  modelIds(): string[];
  /**
   * Whether Groq can be reached, and how fast. It emits once and does not fail: the error of {@link Groq.models} is in
   * what it says.
   *
   * @example
   * const health = await firstValueFrom(createGroq().health());
   * show(health.ok ? health.latencyMs : health.error.advice);
   */
  health(): Observable<Health>;
  /**
   * Changes the limits of a model while the client is in use, dimension by dimension. Requests that no longer fit get a
   * {@link RequestTooLargeError}.
   *
   * @throws {ValidationError} when a limit is not what it has to be, or the client's `store` cannot be told its limits.
   */
  setLimits(model: ModelId, limits: Limits): void;
  /**
   * How things stand: at once, and whenever that changes, ten times a second at the most. It completes when the client is
   * closed.
   *
   * @example
   * groq.status$.subscribe(({ models }) => show(models));
   * // [{ model: 'openai/gpt-oss-20b', waiting: { high: 0, normal: 0, low: 2, background: 0 }, inFlight: 1,
   * //    buckets: [{ dimension: 'rpm', limit: 30, level: 0.4, rate: 0.0005, … }, …], nextStartsInMs: 1200 }]
   */
  readonly status$: Observable<Status>;
  /**
   * What happens to requests, as it happens. It is hot, and completes when the client is closed. After `retrying` and
   * `rate-limited`, `queued`, `admitted` and `connected` come again.
   *
   * @example
   * groq.events$.subscribe((event) => show(event));
   * // { type: 'admitted', waited: 45, attempt: 2, seq: 0, model: 'openai/gpt-oss-20b', tenant: undefined, at: 1968 }
   */
  readonly events$: Observable<GroqEvent>;
  /**
   * What each attempt that was sent has used: exactly one record for each, whether it was answered, refused, cut or
   * cancelled, and none for what never left. It is hot, and completes when the client is closed.
   */
  readonly usage$: Observable<UsageRecord>;
  /**
   * What was used since the client was made, by model, tenant or tag: as it stands, and anew after each record. Each
   * value is a whole of its own, so the latest is all one needs: `firstValueFrom(groq.usageBy('model'))`. The first
   * 1,000 names have a total of their own, those after them have one together, under `(others)`.
   *
   * @example
   * groq.usageBy('tenant').subscribe((totals) => show(totals.get('acme')?.reported.cost));
   */
  usageBy(key: UsageKey): Observable<UsageTotals>;
  /**
   * Makes a connection ahead, so that the next request need not wait for it: when somebody begins to type, perhaps. It
   * sends nothing over it. Where one is there already, nothing is done; where nobody takes it, it closes by itself.
   *
   * @throws {ConnectionError} (as rejection) when no connection can be made.
   * @throws {TimeoutError} (as rejection) when it takes longer than `timeouts.connect`.
   * @throws {ClosedError} (as rejection) when the client is closed.
   */
  connect(): Promise<void>;
  /**
   * Ends the client. Whoever still waits for an answer gets a {@link ClosedError}, unless `drain` is set: then nothing
   * new is taken, and it is closed when all that was accepted has ended.
   */
  close(options?: { readonly drain?: boolean | undefined }): Promise<void>;
}
