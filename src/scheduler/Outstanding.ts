import type { Subscriber, Unsubscribable } from 'rxjs';
import { type Linked, LinkedList } from '../rules/queue/LinkedList.ts';

/** A pending request. */
export interface OutstandingRequest {
  /** Closed when the request has ended. */
  readonly listening: Pick<Subscriber<never>, 'add' | 'error'>;
  /** Ends it with an error of its own, which may keep the part that had arrived. */
  fail(error: unknown): void;
}

/** The pending requests, whatever their state, in order of arrival. */
export class Outstanding {
  readonly #entries = new LinkedList<Entry>();

  get any(): boolean {
    return this.#entries.first !== undefined;
  }

  /** Adds a request, which is removed when it is closed. */
  add(waiting: OutstandingRequest): void {
    const entry = new Entry(waiting, this.#entries);
    this.#entries.push(entry);
    waiting.listening.add(entry);
  }

  /** Ends all of them with the same error. */
  error(error: unknown): void {
    for (const { waiting } of [...this.#entries]) waiting.listening.error(error);
  }

  /** Ends each of them with its own error. */
  fail(makeError: () => unknown): void {
    for (const { waiting } of [...this.#entries]) waiting.fail(makeError());
  }
}

class Entry implements Linked<Entry>, Unsubscribable {
  previous: Entry | undefined;
  next: Entry | undefined;
  readonly waiting: OutstandingRequest;
  readonly #list: LinkedList<Entry>;

  constructor(waiting: OutstandingRequest, list: LinkedList<Entry>) {
    this.waiting = waiting;
    this.#list = list;
  }

  unsubscribe(): void {
    this.#list.remove(this);
  }
}
