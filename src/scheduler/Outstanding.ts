import type { Subscriber, Unsubscribable } from 'rxjs';
import { type Linked, LinkedList } from '../rules/LinkedList.ts';

/** One who waits for an answer: what of a subscriber is needed to end that. */
type Waiting = Pick<Subscriber<never>, 'add' | 'error'>;

/** Those who wait for an answer, whichever state their request is in, in the order in which they came. */
export class Outstanding {
  readonly #entries = new LinkedList<Entry>();

  get any(): boolean {
    return this.#entries.first !== undefined;
  }

  /** Takes one in, who is out again when it is closed. */
  add(waiting: Waiting): void {
    const entry = new Entry(waiting, this.#entries);
    this.#entries.push(entry);
    waiting.add(entry);
  }

  /** Ends all of them with an error. */
  error(error: unknown): void {
    for (const { waiting } of [...this.#entries]) waiting.error(error);
  }
}

class Entry implements Linked<Entry>, Unsubscribable {
  previous: Entry | undefined;
  next: Entry | undefined;
  readonly waiting: Waiting;
  readonly #list: LinkedList<Entry>;

  constructor(waiting: Waiting, list: LinkedList<Entry>) {
    this.waiting = waiting;
    this.#list = list;
  }

  unsubscribe(): void {
    this.#list.remove(this);
  }
}
