import type { SchedulerLike, Subscriber } from 'rxjs';
import type { WireEvent } from '../ports/Transport.ts';

/** What is on its way back to one client. Nothing on one connection overtakes. */
export class Connection {
  /** What the server does when the client has gone. */
  left: (() => void) | undefined;
  ended = false;
  /** Whether the server knows that the client has gone. It may know so before the request has come. */
  gone = false;
  /** When the request was sent, in milliseconds. */
  readonly sentAt: number;
  readonly #client: Subscriber<WireEvent>;
  readonly #scheduler: SchedulerLike;
  readonly #down: () => number;
  #lastArrival = 0;

  /** @param down How long a message travels back, in milliseconds. */
  constructor(client: Subscriber<WireEvent>, scheduler: SchedulerLike, down: () => number) {
    this.sentAt = scheduler.now();
    this.#client = client;
    this.#scheduler = scheduler;
    this.#down = down;
  }

  /** The server itself has failed, by what a test has told it to do. */
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
