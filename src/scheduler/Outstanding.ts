import type { Subscriber, Unsubscribable } from 'rxjs';
import { type Linked, LinkedList } from '../rules/queue/LinkedList.ts';

/** One who waits for an answer. */
export interface OutstandingRequest {
  /** Closed when that is over. */
  readonly listening: Pick<Subscriber<never>, 'add' | 'error'>;
  /** Ends that with an error which is for this one alone, and may keep what had come. */
  fail(error: unknown): void;
}

/** Those who wait for an answer, whichever state their request is in, in the order in which they came. */
export class Outstanding {
  readonly #entries = new LinkedList<Entry>();

  get any(): boolean {
    return this.#entries.first !== undefined;
  }

  /** Takes one in, who is out again when it is closed. */
  add(waiting: OutstandingRequest): void {
    const entry = new Entry(waiting, this.#entries);
    this.#entries.push(entry);
    waiting.listening.add(entry);
  }

  /** Ends all of them with one error. */
  error(error: unknown): void {
    for (const { waiting } of [...this.#entries]) waiting.listening.error(error);
  }

  /** Ends each of them with an error of its own. */
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
