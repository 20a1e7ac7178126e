import { from } from 'rxjs';
import type { Grant, Outcome, Reservation } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { LimitStore } from '../ports/LimitStore.ts';

/** Passes what happens to one job on to the store, in the right order and once. */
export class StoreGrant<J extends Job> implements Grant<J> {
  state: Grant['state'] = 'reserved';
  readonly job: J;
  readonly reservation: Reservation;
  readonly #store: LimitStore;
  readonly #settled: (job: J, outcome: Outcome) => void;

  constructor(job: J, reservation: Reservation, store: LimitStore, settled: (job: J, outcome: Outcome) => void) {
    this.job = job;
    this.reservation = reservation;
    this.#store = store;
    this.#settled = settled;
  }

  sent(): void {
    if (this.state !== 'reserved') return;
    this.state = 'sent';
    tell(this.#store.sent?.(this.reservation));
  }

  learn(headers: LimitHeaders): void {
    if (this.state === 'sent') tell(this.#store.learn(this.reservation, headers));
  }

  settle(outcome: Outcome): void {
    if (this.state === 'settled') return;
    this.state = 'settled';
    tell(this.#store.settle(this.reservation, outcome));
    this.#settled(this.job, outcome);
  }
}

/** Lets a store that answers later have its say. One that fails has kept the charge, which is the safe side. */
export const tell = (answer: ReturnType<LimitStore['settle']>): void => {
  if (answer !== undefined) from(answer).subscribe({ error: () => undefined });
};
