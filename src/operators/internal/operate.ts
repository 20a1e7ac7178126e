import { Subscriber } from 'rxjs';

/**
 * How an operator handles the notifications of its source. Notifications without a handler are passed on.
 *
 * An operator with state is an object of a class with these methods. In each layer of each pending request, that takes
 * half of the memory of closures over as many variables.
 */
export interface OperateConfig<In, Out> {
  /** The subscriber of the operator. Unsubscribing it unsubscribes from the source. */
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

/** Replaces the config at the end, so that a subscription that is still referenced keeps nothing else alive. */
const RELEASED: OperateConfig<unknown, unknown> = { destination: new Subscriber() };

class OperatorSubscriber<In, Out> extends Subscriber<In> {
  #config: OperateConfig<In, Out>;
  /** Looked up once and not for each value. */
  #next: ((value: In) => void) | undefined;

  constructor(config: OperateConfig<In, Out>) {
    super(config.destination);
    this.#config = config;
    this.#next = config.next;
    // If the destination is closed already, this subscriber is closed while it is constructed.
    if (this.closed) this.unsubscribe();
  }

  // Replaces `_next`, which would cost another call per value in every layer.
  override next(value: In): void {
    const config = this.#config;
    if (this.isStopped) super.next(value);
    else if (this.#next === undefined) config.destination.next(value as unknown as Out);
    else {
      try {
        this.#next.call(config, value);
      } catch (error) {
        config.destination.error(error);
      }
    }
  }

  protected override _error(error: unknown): void {
    const config = this.#config;
    try {
      if (config.error === undefined) config.destination.error(error);
      else config.error(error);
    } catch (thrown) {
      config.destination.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  protected override _complete(): void {
    const config = this.#config;
    try {
      if (config.complete === undefined) config.destination.complete();
      else config.complete();
    } catch (thrown) {
      config.destination.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  override unsubscribe(): void {
    try {
      super.unsubscribe();
    } finally {
      // Even if another teardown throws.
      if (#config in this) {
        const config = this.#config;
        this.#config = RELEASED;
        this.#next = undefined;
        config.finalize?.();
      }
    }
  }
}
