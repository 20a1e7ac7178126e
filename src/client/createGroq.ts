import { lastValueFrom, type Observable, type OperatorFunction, Subject } from 'rxjs';
import { ClosedError } from '../errors/ClosedError.ts';
import type { ChatInput } from '../model/ChatRequest.ts';
import type { ChatCompletionChunk } from '../model/Chunk.ts';
import type { GroqEvent } from '../model/GroqEvent.ts';
import type { Limits } from '../model/Limits.ts';
import type { ModelId } from '../model/Models.ts';
import { MODELS } from '../model/Models.ts';
import type { Status } from '../model/Status.ts';
import type { Answer, StateToken, Token } from '../model/Token.ts';
import type { UsageKey, UsageRecord, UsageTotals } from '../model/UsageRecord.ts';
import { RequestScheduler } from '../scheduler/RequestScheduler.ts';
import { ANSWER, CHUNKS, TOKENS } from './AnswerKind.ts';
import { type Answered, type AnswerResult, type AnswersOptions, answers } from './answers.ts';
import {
  type CallOptions,
  type ChatOptions,
  checkAnswersOptions,
  checkAskOptions,
  checkCallOptions,
  checkChatOptions,
  checkStreamOptions,
  type StreamOptions,
} from './CallOptions.ts';
import { resolveConfig } from './config.ts';
import { connect } from './connect.ts';
import type { Groq } from './Groq.ts';
import { type Health, health } from './health.ts';
import type { IterableObservable } from './IterableObservable.ts';
import { Ledger } from './Ledger.ts';
import { type Model, models } from './models.ts';
import type { GroqOptions } from './options.ts';
import { type MethodCall, Requests } from './Requests.ts';

/**
 * Creates a client.
 *
 * @example
 * const groq = createGroq(); // reads GROQ_API_KEY from the environment
 * groq.ask('Why is the sky blue?').pipe(text()).subscribe((piece) => process.stdout.write(piece));
 *
 * @throws {ValidationError} when an option is invalid, or there is no key.
 */
export function createGroq(options: GroqOptions = {}): Groq {
  return new GroqClient(options);
}

class GroqClient implements Groq {
  readonly #config: ReturnType<typeof resolveConfig>;
  readonly #requestScheduler: RequestScheduler;
  readonly #ledger: Ledger;
  readonly #requests: Requests;
  /** Fails when the client is closed, and with it the requests that bypass the queue. */
  readonly #closed = new Subject<never>();

  constructor(options: GroqOptions) {
    this.#config = resolveConfig(options);
    this.#requestScheduler = new RequestScheduler(this.#config);
    this.#ledger = new Ledger(this.#config);
    this.#requests = new Requests(this.#config, this.#requestScheduler, this.#ledger);
  }

  chat(
    request: ChatInput,
    options?: ChatOptions & { readonly lifecycle?: false | undefined },
  ): IterableObservable<Token>;
  chat(request: ChatInput, options: ChatOptions): IterableObservable<Token | StateToken>;
  chat(request: ChatInput, options: ChatOptions = {}): IterableObservable<Token | StateToken> {
    return this.#requests.ask({ kind: TOKENS, input: request, options, check: checkChatOptions });
  }

  complete(request: ChatInput, options: CallOptions = {}): Observable<Answer> {
    return this.#ask({ kind: ANSWER, input: request, options, check: checkCallOptions });
  }

  ask(
    prompt: string,
    options: ChatOptions & { readonly lifecycle?: false | undefined } = {},
  ): IterableObservable<Token> {
    const input: ChatInput = { messages: [{ role: 'user', content: prompt }] };
    return this.#ask({ kind: TOKENS, input, options, check: checkAskOptions });
  }

  answers<T>(
    project: (input: T, index: number) => ChatInput,
    options: AnswersOptions<NoInfer<T>> & { readonly onError: 'throw' },
  ): OperatorFunction<T, Answered<T>>;
  answers<T>(
    project: (input: T, index: number) => ChatInput,
    options?: AnswersOptions<NoInfer<T>>,
  ): OperatorFunction<T, AnswerResult<T>>;
  answers<T>(
    project: (input: T, index: number) => ChatInput,
    options: AnswersOptions<T> = {},
  ): OperatorFunction<T, AnswerResult<T>> {
    checkAnswersOptions(options);
    return answers((request, call) => this.complete(request, call), project, options);
  }

  chunks(request: ChatInput, options: StreamOptions = {}): IterableObservable<ChatCompletionChunk> {
    return this.#ask({ kind: CHUNKS, input: request, options, check: checkStreamOptions });
  }

  models(): Observable<Model[]> {
    return models(this.#config, this.#closed);
  }

  modelIds(): string[] {
    return [...MODELS.keys()];
  }

  health(): Observable<Health> {
    return health(this.#config, this.#closed);
  }

  setLimits(model: ModelId, limits: Limits): void {
    this.#config.setLimits(model, limits);
  }

  get status$(): Observable<Status> {
    return this.#requestScheduler.status$;
  }

  get events$(): Observable<GroqEvent> {
    return this.#requestScheduler.events$;
  }

  get usage$(): Observable<UsageRecord> {
    return this.#ledger.usage$;
  }

  usageBy(key: UsageKey): Observable<UsageTotals> {
    return this.#ledger.usageBy(key);
  }

  connect(): Promise<void> {
    return connect(this.#config, this.#closed);
  }

  async close({ drain = false }: { readonly drain?: boolean | undefined } = {}): Promise<void> {
    if (drain) {
      const drained = lastValueFrom(this.#requestScheduler.drained$, { defaultValue: undefined });
      this.#requestScheduler.complete();
      await drained;
    } else {
      this.#requestScheduler.unsubscribe();
      this.#closed.error(new ClosedError());
    }
    this.#ledger.complete();
    await this.#config.close();
    this.#closed.error(new ClosedError());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** An answer without state tokens: only `lifecycle: true` adds them. */
  #ask<T>(call: MethodCall<T>): IterableObservable<T> {
    return this.#requests.ask(call) as IterableObservable<T>;
  }
}
