import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { map, Observable, type SchedulerLike, type Subscriber, timer } from 'rxjs';
import type { CallOptions } from '../../../src/client/CallOptions.ts';
import type { Groq } from '../../../src/client/Groq.ts';
import { isGroqError } from '../../../src/errors/GroqError.ts';
import type { ChatCompletionChunk, Delta } from '../../../src/model/Chunk.ts';
import type { Answer, StateToken, Token } from '../../../src/model/Token.ts';
import type { Ask } from './Plan.ts';
import { OUTPUT } from './wireFaults.ts';

/** A part of the prompt, which no error may show. */
const PROMPT = 'what-was-asked';

/** How long a request may last after its complete answer, in milliseconds: `grace`, and late timers. */
const WHOLE = 6_000;

/** The context of an {@link Asked}. */
export interface AskedConfig {
  readonly index: number;
  readonly ask: Ask;
  readonly groq: Groq;
  readonly scheduler: SchedulerLike;
  /** Called with each violated property. */
  readonly found: (finding: string) => void;
  /** Called when it has ended. */
  readonly ended: (asked: Asked) => void;
}

type Value = Token | StateToken | Answer | ChatCompletionChunk;

/** A request whose notifications are checked. */
export class Asked {
  readonly ask: Ask;
  readonly index: number;
  /** How it has ended: by completion, by an error or by a cancel. */
  end: { readonly how: 'complete' | 'error' | 'left'; readonly at: number; readonly error?: unknown } | undefined;
  /** The number of times it was sent. */
  sends = 0;
  readonly #config: AskedConfig;
  readonly #controller = new AbortController();
  /** The complete text of each attempt. */
  readonly #scripts: string[] = [];
  #destination: Subscriber<Value> | undefined;
  #values = 0;
  #text = '';
  #finishes = 0;
  /** When the last part of its answer arrived. */
  #wholeAt: number | undefined;

  constructor(config: AskedConfig) {
    this.#config = config;
    this.ask = config.ask;
    this.index = config.index;
  }

  /** Makes the request. */
  start(): void {
    const { leaves } = this.ask;
    const { scheduler } = this.#config;
    new Observable<Value>((destination) => {
      this.#destination = destination;
      this.#answer().subscribe(destination);
    }).subscribe({
      next: (value) => {
        this.#hear(value);
      },
      error: (error: unknown) => {
        this.#finish('error', error);
      },
      complete: () => {
        this.#finish('complete');
      },
    });
    if (leaves === undefined || leaves.how === 'inside' || this.end !== undefined) return;
    scheduler.schedule(() => {
      if (this.end !== undefined) return;
      if (leaves.how === 'signal') this.#controller.abort();
      else this.#leave();
    }, leaves.after);
  }

  /** Called when it is sent. Returns the pieces of the answer. */
  sending(): readonly string[] {
    const { index, found } = this.#config;
    const attempt = this.sends++;
    if (this.end !== undefined) found(`request ${index} was sent after it had ended`);
    if (this.#text !== '') found(`request ${index} was sent again after a part of its answer was delivered`);
    const pieces =
      this.ask.kind === 'complete'
        ? []
        : Array.from({ length: 1 + (index % 5) }, (_, i) => `é😀 ${OUTPUT} ${index}.${attempt}.${i}|`);
    this.#scripts.push(pieces.join(''));
    return pieces;
  }

  /** The number of listeners left on its signal. */
  get listeners(): number {
    return getEventListeners(this.#controller.signal, 'abort').length;
  }

  #answer(): Observable<Value> {
    const { groq, index, scheduler } = this.#config;
    const { kind, maxCompletionTokens, priority, tenant, lifecycle, retries, timeouts, leaves, moves } = this.ask;
    const request = {
      model: 'm',
      messages: [{ role: 'user' as const, content: PROMPT }],
      user: String(index),
      max_completion_tokens: maxCompletionTokens,
    };
    const options: CallOptions = {
      priority,
      tenant,
      timeouts,
      retry: { count: retries },
      ...(leaves?.how === 'signal' && { signal: this.#controller.signal }),
      ...(moves !== undefined && { place$: timer(moves, scheduler).pipe(map(() => ({ priority: 'high' as const }))) }),
    };
    if (kind === 'complete') return groq.complete(request, options);
    if (kind === 'chunks') return groq.chunks(request, options);
    return lifecycle ? groq.chat(request, { ...options, lifecycle }) : groq.chat(request, options);
  }

  #hear(value: Value): void {
    const { index, found, scheduler } = this.#config;
    if (this.end !== undefined) found(`request ${index} got a value after it had ended`);
    const { leaves } = this.ask;
    if (leaves?.how === 'inside' && this.#values++ === leaves.after) {
      this.#leave();
      return;
    }
    if (this.#finishes > 0) found(`request ${index} got a value after the last one`);
    if ('type' in value) {
      if (value.type === 'finish') {
        this.#finishes += 1;
        this.#wholeAt = scheduler.now();
      } else if (value.type === 'text') this.#text += value.text;
    } else if ('message' in value) this.#finishes += 1;
    else {
      const choice = value.choices.find((one) => one.index === 0);
      // Not every server keeps to the type.
      const delta: Delta | undefined = choice?.delta;
      this.#text += delta?.content ?? '';
      if (typeof choice?.finish_reason === 'string') this.#wholeAt = scheduler.now();
    }
    if (this.#text !== '' && !this.#scripts.some((script) => script.startsWith(this.#text))) {
      found(`request ${index} got what was not said, or not in this order: ${this.#text}`);
    }
  }

  #leave(): void {
    this.end = { how: 'left', at: this.#config.scheduler.now() };
    this.#destination?.unsubscribe();
    this.#config.ended(this);
  }

  #finish(how: 'complete' | 'error', error?: unknown): void {
    const { index, found, ended, scheduler } = this.#config;
    if (this.end !== undefined) {
      found(`request ${index} ended twice: ${this.end.how}, ${how}`);
      return;
    }
    const now = scheduler.now();
    this.end = { how, at: now, error };
    const closed = isGroqError(error) && (error.code === 'GROQ_ERR_CLOSED' || error.code === 'GROQ_ERR_CANCELLED');
    if (this.#wholeAt !== undefined && !closed) {
      if (how === 'error')
        found(`a request for ${this.ask.kind} (${index}) failed although its answer was whole: ${String(error)}`);
      if (now > this.#wholeAt + WHOLE) found(`request ${index} has not ended although its answer was whole`);
    }
    if (how === 'error') this.#check(error);
    if (how === 'complete') {
      if (this.ask.kind !== 'chunks' && this.#finishes !== 1) found(`request ${index} completed without an end`);
      if (!this.#scripts.includes(this.#text)) found(`request ${index} completed with a part: ${this.#text}`);
    }
    ended(this);
  }

  #check(error: unknown): void {
    const { index, found } = this.#config;
    if (!isGroqError(error)) {
      found(`request ${index} failed with an error that is not typed: ${inspect(error)}`);
      return;
    }
    if (error.advice === '') found(`request ${index} failed without advice`);
    const shown = `${inspect(error, { depth: 8 })} ${JSON.stringify(error)} ${String(error)}`;
    if (shown.includes(PROMPT) || shown.includes(OUTPUT)) found(`request ${index} failed with what nobody may see`);
  }
}
