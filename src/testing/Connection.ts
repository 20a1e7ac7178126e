import type { SchedulerLike, Subscriber } from 'rxjs';
import type { WireEvent } from '../ports/Transport.ts';

/** The messages on their way back to one client. Messages on one connection never overtake each other. */
export class Connection {
  /** Called when the server notices that the client has disconnected. */
  left: (() => void) | undefined;
  ended = false;
  /** Whether the server knows that the client has disconnected. It may know that before the request arrives. */
  gone = false;
  /** When the request was sent, in milliseconds. */
  readonly sentAt: number;
  readonly #client: Subscriber<WireEvent>;
  readonly #scheduler: SchedulerLike;
  readonly #down: () => number;
  #lastArrival = 0;

  /** @param down The latency of a message back to the client, in milliseconds. */
  constructor(client: Subscriber<WireEvent>, scheduler: SchedulerLike, down: () => number) {
    this.sentAt = scheduler.now();
    this.#client = client;
    this.#scheduler = scheduler;
    this.#down = down;
  }

  /** Ends the answer with an error that the test's script has thrown. */
  fail(error: unknown): void {
    this.ended = true;
    this.#client.error(error);
  }

  answer(events: readonly WireEvent[], end = false): void {
    const now = this.#scheduler.now();
    this.#lastArrival = Math.max(this.#lastArrival, now + this.#down());
    this.#scheduler.schedule(() => {
      if (end) this.ended = true;
      for (const event of events) this.#client.next(event);
      if (end) this.#client.complete();
    }, this.#lastArrival - now);
  }
}
