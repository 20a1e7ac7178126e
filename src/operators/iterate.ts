import { Observable, type Subscriber } from 'rxjs';
import { SlowConsumerError } from '../errors/SlowConsumerError.ts';
import { type Linked, LinkedList } from '../rules/queue/LinkedList.ts';
import { backpressureSchema, func, having } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { operate } from './internal/operate.ts';

/** What happens to values that arrive faster than they are consumed. */
export interface BackpressureOptions {
  /**
   * What to do when `buffer` values are waiting. `pause` stops reading from the connection, so that eventually the
   * server waits; `conflate` joins consecutive pieces of text, and pauses for everything else; `error` ends the answer
   * with a {@link SlowConsumerError}.
   *
   * @default 'pause'
   */
  readonly backpressure?: 'pause' | 'conflate' | 'error' | undefined;
  /**
   * How many values may wait. Data that the connection had already delivered when it was paused is buffered in
   * addition. Minimum: 1.
   *
   * @default 64
   */
  readonly buffer?: number | undefined;
}

/** Options of {@link iterate}. */
export interface IterateConfig<T> extends BackpressureOptions {
  /**
   * Called with `true` when the source should pause, and with `false` when it should go on. Without it the source is
   * never paused.
   */
  readonly pause?: ((paused: boolean) => void) | undefined;
  /** Joins two consecutive values, or returns `undefined` if they cannot be joined. */
  readonly join?: ((first: T, second: T) => T | undefined) | undefined;
}

/**
 * Iterates the values of an Observable with `for await`. Values that arrive faster than they are consumed are buffered,
 * without limit unless `pause` or `backpressure: 'error'` is given.
 *
 * It subscribes to the Observable when the first value is requested, and unsubscribes when the loop ends. Values that
 * arrived before an error are delivered before it. An error that `pause` or `join` throws ends the loop too.
 *
 * ## Example
 * ### Text at the pace of the loop: the server waits
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
 * @param source The Observable to iterate.
 * @param config What happens to values that arrive faster than they are consumed. See {@link IterateConfig}.
 * @return An iterator over the values, for one loop.
 * @throws {ValidationError} when the source is not an Observable, or the config is invalid.
 * @throws {SlowConsumerError} (from `next`) when the buffer is full and `backpressure` is `error`.
 */
export function iterate<T>(source: Observable<T>, config: IterateConfig<T> = {}): AsyncIterableIterator<T> {
  checked(sourceSchema, source, 'The source of iterate', 'Convert it with from().');
  checked(schema, config, 'The config of iterate', 'Correct the config.');
  return iterating(source, config);
}

// Also an Observable of another copy of rxjs.
const sourceSchema = having('an Observable', 'subscribe').unwrap();

const schema = backpressureSchema.extend({ pause: func.optional(), join: func.optional() });

/** How the answer of a model is iterated. */
export interface IteratingConfig<T> extends IterateConfig<T> {
  /** The model of the request, for the error. */
  readonly model?: string | undefined;
}

/** Does the same without checking the config, which is checked on subscription. */
export const iterating = <T>(source: Observable<T>, config: IteratingConfig<T>): AsyncIterableIterator<T> =>
  new PacedIterator(source, config);

interface PendingNext<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** A value that was not requested yet. */
class Held<T> implements Linked<Held<T>> {
  previous: Held<T> | undefined;
  next: Held<T> | undefined;
  value: T;

  constructor(value: T) {
    this.value = value;
  }
}

const END: IteratorResult<never, undefined> = { done: true, value: undefined };

class PacedIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: Observable<T>;
  readonly #config: IteratingConfig<T>;
  readonly #buffer: number;
  /** Values that were not requested yet. A list, since removing the first item of a long array moves all others. */
  #held = new LinkedList<Held<T>>();
  #heldCount = 0;
  /** Requests for values that have not arrived yet. One of the two lists is always empty. */
  readonly #waiting: PendingNext<T>[] = [];
  /** Known before the source is subscribed to, so that one that emits synchronously can be left too. */
  #listening: Subscriber<T> | undefined;
  #paused = false;
  #end: { readonly error?: unknown } | undefined;

  constructor(source: Observable<T>, config: IteratingConfig<T>) {
    this.#source = source;
    this.#config = config;
    this.#buffer = config.buffer ?? 64;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#end === undefined && this.#listening === undefined) this.#start();
    const first = this.#held.first;
    if (first !== undefined) {
      this.#held.remove(first);
      this.#heldCount -= 1;
      if (this.#heldCount * 2 <= this.#buffer) this.#resume();
      return Promise.resolve({ done: false, value: first.value });
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

  #start(): void {
    new Observable<never>((destination) => {
      this.#listening = operate<T, never>({
        destination,
        next: (value) => {
          try {
            this.#take(value);
          } catch (error) {
            this.#fail(error);
          }
        },
        error: (error) => {
          this.#end ??= { error };
          this.#settle();
        },
        complete: () => {
          this.#end ??= {};
          this.#settle();
        },
      });
      this.#source.subscribe(this.#listening);
    }).subscribe();
  }

  #fail(error: unknown): void {
    this.#end ??= { error };
    this.#listening?.unsubscribe();
  }

  #take(value: T): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value });
      return;
    }
    const { backpressure = 'pause', join, model } = this.#config;
    const isFull = this.#heldCount >= this.#buffer;
    if (isFull && backpressure === 'error') {
      this.#fail(new SlowConsumerError(this.#buffer, { model }));
      return;
    }
    const { last } = this.#held;
    const joined = isFull && backpressure === 'conflate' && last !== undefined ? join?.(last.value, value) : undefined;
    if (last !== undefined && joined !== undefined) last.value = joined;
    else {
      this.#held.push(new Held(value));
      this.#heldCount += 1;
    }
    // When conflating, the source has to wait only for values that cannot be joined.
    const isEnough = backpressure === 'pause' ? this.#heldCount >= this.#buffer : isFull && joined === undefined;
    if (isEnough) this.#pause(true);
  }

  #resume(): void {
    try {
      this.#pause(false);
    } catch (error) {
      this.#fail(error);
    }
  }

  #pause(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#config.pause?.(paused);
  }

  /** Ends the pending requests for values: only the first one gets the error. */
  #settle(): void {
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#end !== undefined && 'error' in this.#end) reject(this.#end.error);
      else resolve(END);
      this.#end = {};
    }
  }

  #leave(): void {
    this.#end = {};
    this.#held = new LinkedList();
    this.#heldCount = 0;
    this.#listening?.unsubscribe();
    this.#settle();
  }
}
