import type { Observable, Subscription } from 'rxjs';
import { SlowConsumerError } from '../errors/SlowConsumerError.ts';
import { backpressureSchema, func } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';

/** What becomes of values that come faster than they are taken. */
export interface BackpressureOptions {
  /**
   * What is done when `buffer` values are waiting: `pause` stops reading from the connection, so that in the end the
   * server waits; `conflate` joins pieces of text that follow each other into one, and pauses for all else; `error` ends
   * the answer with a {@link SlowConsumerError}.
   *
   * @default 'pause'
   */
  readonly backpressure?: 'pause' | 'conflate' | 'error' | undefined;
  /**
   * How many values may wait. What the connection had already delivered when the server is to wait comes on top of that.
   * Minimum: 1.
   *
   * @default 64
   */
  readonly buffer?: number | undefined;
}

/** How {@link iterate} works together with its source. */
export interface IterateConfig<T> extends BackpressureOptions {
  /** Is told when the source is to wait, and when it is to go on. Without it the source never waits. */
  readonly pause?: ((paused: boolean) => void) | undefined;
  /** Joins two values that follow each other, or tells that they cannot be joined. */
  readonly join?: ((first: T, second: T) => T | undefined) | undefined;
}

/**
 * Lets the values of an Observable be taken one by one, with `for await`. What comes faster than it is taken is held,
 * unbounded unless `pause` or `backpressure: 'error'` is given.
 *
 * The Observable is subscribed to when the first value is asked for, and unsubscribed from when the loop is left. What
 * had come before an error is handed out before it.
 *
 * ## Example
 * ### Text at the pace of the loop, for which the server waits
 * ```ts
 * import { createGroq, text } from 'rxgroq';
 * import { iterate } from 'rxgroq/operators';
 * import { BehaviorSubject } from 'rxjs';
 *
 * const groq = createGroq();
 * const paused$ = new BehaviorSubject(false);
 * const pieces$ = groq.ask('Tell me a long story.', { paused$ }).pipe(text());
 * for await (const piece of iterate(pieces$, { pause: (paused) => paused$.next(paused) })) process.stdout.write(piece);
 * ```
 *
 * @param source Where the values come from.
 * @param config What becomes of values that come faster than they are taken. See {@link IterateConfig}.
 * @return An iterator over the values, for one loop.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {SlowConsumerError} (from `next`) when too many values wait and `backpressure` is `error`.
 */
export function iterate<T>(source: Observable<T>, config: IterateConfig<T> = {}): AsyncIterableIterator<T> {
  checked(schema, config, 'The config of iterate', 'Correct it: nothing was subscribed to.');
  return iterating(source, config);
}

const schema = backpressureSchema.extend({ pause: func.optional(), join: func.optional() });

/** Does the same with a config that is checked when the source is subscribed to. */
export const iterating = <T>(source: Observable<T>, config: IterateConfig<T>): AsyncIterableIterator<T> =>
  new PacedIterator(source, config);

interface PendingNext<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const END: IteratorResult<never, undefined> = { done: true, value: undefined };

class PacedIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: Observable<T>;
  readonly #config: IterateConfig<T>;
  readonly #buffer: number;
  /** What has come and was not asked for. */
  readonly #held: T[] = [];
  /** Who has asked for what has not come. One of the two is always empty. */
  readonly #waiting: PendingNext<T>[] = [];
  #subscription: Subscription | undefined;
  #paused = false;
  #end: { readonly error?: unknown } | undefined;

  constructor(source: Observable<T>, config: IterateConfig<T>) {
    this.#source = source;
    this.#config = config;
    this.#buffer = config.buffer ?? 64;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#end === undefined) this.#subscription ??= this.#subscribe();
    if (this.#held.length > 0) {
      const value = this.#held.shift() as T;
      if (this.#held.length * 2 <= this.#buffer) this.#pause(false);
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#end !== undefined) this.#settle();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.resolve(END);
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what was given
    return Promise.reject(error);
  }

  #subscribe(): Subscription {
    const subscription = this.#source.subscribe({
      next: (value) => {
        this.#take(value);
      },
      error: (error: unknown) => {
        this.#end ??= { error };
        this.#settle();
      },
      complete: () => {
        this.#end ??= {};
        this.#settle();
      },
    });
    // A source that gives everything at once may already be left.
    if (this.#end !== undefined) subscription.unsubscribe();
    return subscription;
  }

  #take(value: T): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value });
      return;
    }
    const { backpressure = 'pause', join } = this.#config;
    const isFull = this.#held.length >= this.#buffer;
    if (isFull && backpressure === 'error') {
      this.#end = { error: new SlowConsumerError(this.#buffer) };
      this.#subscription?.unsubscribe();
      return;
    }
    const last = this.#held.at(-1);
    const joined = isFull && backpressure === 'conflate' && last !== undefined ? join?.(last, value) : undefined;
    if (joined === undefined) this.#held.push(value);
    else this.#held[this.#held.length - 1] = joined;
    // Where pieces are joined the source has to wait only for what cannot be.
    const isEnough = backpressure === 'pause' ? this.#held.length >= this.#buffer : isFull && joined === undefined;
    if (isEnough) this.#pause(true);
  }

  #pause(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#config.pause?.(paused);
  }

  /** Tells the end to those who wait for more: an error to the first one alone. */
  #settle(): void {
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#end !== undefined && 'error' in this.#end) reject(this.#end.error);
      else resolve(END);
      this.#end = {};
    }
  }

  #leave(): void {
    this.#end = {};
    this.#held.length = 0;
    this.#subscription?.unsubscribe();
    this.#settle();
  }
}
