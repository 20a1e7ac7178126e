import { Subscriber } from 'rxjs';

/** What an operator does with what its source tells it. What is left out is passed on. */
export interface OperateConfig<In, Out> {
  /** Who is told. Unsubscribing it unsubscribes the source. */
  readonly destination: Subscriber<Out>;
  readonly next?: (value: In) => void;
  readonly error?: (error: unknown) => void;
  readonly complete?: () => void;
  /** Releases what the operator holds, however it ends. */
  readonly finalize?: () => void;
}

/**
 * Makes the subscriber with which an operator listens to its source, in the form that rxjs 8 gives to operators. What
 * a callback throws becomes an error of the stream.
 */
export const operate = <In, Out>(config: OperateConfig<In, Out>): Subscriber<In> => new OperatorSubscriber(config);

class OperatorSubscriber<In, Out> extends Subscriber<In> {
  readonly #destination: Subscriber<Out>;
  readonly #next: ((value: In) => void) | undefined;
  readonly #error: ((error: unknown) => void) | undefined;
  readonly #complete: (() => void) | undefined;
  readonly #finalize: (() => void) | undefined;

  constructor({ destination, next, error, complete, finalize }: OperateConfig<In, Out>) {
    super(destination);
    this.#destination = destination;
    this.#next = next;
    this.#error = error;
    this.#complete = complete;
    this.#finalize = finalize;
    // Whoever has left already closes it before it is built.
    if (this.closed) finalize?.();
  }

  // In place of `_next`, which costs every value another call in every layer.
  override next(value: In): void {
    if (this.isStopped) super.next(value);
    else if (this.#next === undefined) this.#destination.next(value as unknown as Out);
    else {
      try {
        this.#next(value);
      } catch (error) {
        this.#destination.error(error);
      }
    }
  }

  protected override _error(error: unknown): void {
    try {
      if (this.#error === undefined) this.#destination.error(error);
      else this.#error(error);
    } catch (thrown) {
      this.#destination.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  protected override _complete(): void {
    try {
      if (this.#complete === undefined) this.#destination.complete();
      else this.#complete();
    } catch (thrown) {
      this.#destination.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  override unsubscribe(): void {
    const open = !this.closed;
    super.unsubscribe();
    if (open && #finalize in this) this.#finalize?.();
  }
}
