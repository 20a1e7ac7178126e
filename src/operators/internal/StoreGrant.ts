import { from } from 'rxjs';
import type { Cost } from '../../model/Cost.ts';
import type { Grant } from '../../model/Grant.ts';
import type { Job } from '../../model/Job.ts';
import type { LimitKey } from '../../model/Limits.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { Priority } from '../../model/Priority.ts';
import type { Reservation } from '../../model/Reservation.ts';
import type { WireHeaders } from '../../model/WireHeaders.ts';
import type { LimitStore } from '../../ports/LimitStore.ts';
import { parseLimitHeaders } from '../../rules/limits/limitHeaders.ts';

/**
 * The question to the store for a waiting job. Asking again with the same object is the same question.
 *
 * It does not reference its job: a store keeps its questions in tables, and discarded tables that are not collected yet
 * would otherwise hold whole requests.
 */
export class JobReservation implements Reservation {
  readonly key: LimitKey;
  readonly cost: Cost;
  readonly priority: Priority;
  readonly #name: string;
  readonly #seq: number;
  readonly #number: number;

  /**
   * @param name The name of the caller.
   * @param number The number of the question.
   */
  constructor({ cost, priority, seq }: Job, key: LimitKey, name: string, number: number) {
    this.key = key;
    this.cost = cost;
    this.priority = priority;
    this.#name = name;
    this.#seq = seq;
    this.#number = number;
  }

  // Only stores outside this process read it.
  get id(): string {
    return `${this.#name}.${this.#seq}.${this.#number}`;
  }
}

/** The issuer of a grant, which is notified when it is settled. */
export interface Granter<J extends Job> {
  readonly store: LimitStore;
  settled(job: J, outcome: Outcome): void;
}

/** Passes the events of one job to the store, in the right order and once. */
export class StoreGrant<J extends Job> implements Grant<J> {
  state: Grant['state'] = 'reserved';
  readonly job: J;
  readonly reservation: Reservation;
  readonly #granter: Granter<J>;

  constructor(job: J, reservation: Reservation, granter: Granter<J>) {
    this.job = job;
    this.reservation = reservation;
    this.#granter = granter;
  }

  sent(): void {
    if (this.state !== 'reserved') return;
    this.state = 'sent';
    tell(this.#granter.store.sent?.(this.reservation));
  }

  learn(headers: WireHeaders): void {
    // If the store does not learn, the headers are not parsed.
    if (this.state === 'sent') tell(this.#granter.store.learn?.(this.reservation, parseLimitHeaders(headers)));
  }

  settle(outcome: Outcome): void {
    if (this.state === 'settled') return;
    this.state = 'settled';
    const { cost } = this.job;
    const isForAnother = outcome.type === 'used' && cost !== this.reservation.cost;
    tell(this.#granter.store.settle(this.reservation, isForAnother ? { ...outcome, charged: cost } : outcome));
    this.#granter.settled(this.job, outcome);
  }
}

/**
 * Subscribes to the answer of an asynchronous store. A store that fails has kept the charge, which is the safe side.
 */
export const tell = (answer: ReturnType<LimitStore['settle']>): void => {
  if (answer !== undefined) from(answer).subscribe({ error: () => undefined });
};
