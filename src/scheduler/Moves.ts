import type { Observable, Subscriber, Unsubscribable } from 'rxjs';
import type { Job } from '../model/Job.ts';
import type { Place } from '../model/Place.ts';
import type { StateToken } from '../model/Token.ts';
import { operate } from '../operators/internal/operate.ts';
import { checkPlace } from '../rules/queue/checkPlace.ts';
import type { Attempt } from './Attempt.ts';

/** What decides when an attempt comes up, beside its arrival. */
export type Rank = Pick<Job, 'priority' | 'tenant' | 'deadline'>;

/** What {@link Moves} of a request need. */
export interface MovesConfig<T> {
  /** Where it stands at first, and when it was asked for. */
  readonly job: Rank & Pick<Job, 'arrival'>;
  /** Takes an attempt. */
  readonly enter: (attempt: Attempt<T>) => void;
  /** Whether its answer is under way, so that nothing can be moved. */
  readonly isUnderWay: () => boolean;
  /** Ends the request. */
  readonly fail: (error: unknown) => void;
}

/**
 * The changes of a request's place. With each of them the attempt that waits enters the queue anew, at the rank that its
 * arrival gives it there, and leaves its old place. What changes while none waits counts for the next one.
 */
export class Moves<T> {
  readonly #config: MovesConfig<T>;
  #rank: Rank;
  /** The attempt that was entered last, and at which rank. */
  #attempt: Attempt<T> | undefined;
  #entered: Rank;
  /** What stands in the queue for it. Closing it takes the attempt out, to enter it elsewhere. */
  #waiting: Subscriber<T | StateToken> | undefined;

  constructor(config: MovesConfig<T>) {
    this.#config = config;
    const { priority, tenant, deadline } = config.job;
    this.#rank = { priority, tenant, deadline };
    this.#entered = this.#rank;
  }

  /** For whom the last attempt is. */
  get tenant(): string | undefined {
    return this.#entered.tenant;
  }

  /** Hears the changes until it is unsubscribed. */
  follow(place$: Observable<Place>): Unsubscribable {
    const fail = (error: unknown): void => {
      // What is under way does not wait for any place.
      if (!this.#config.isUnderWay()) this.#config.fail(error);
    };
    return place$.subscribe({
      next: (place) => {
        try {
          this.#move(checkPlace(place));
        } catch (error) {
          fail(error);
        }
      },
      error: fail,
    });
  }

  /** Enters an attempt at the place where the request stands now. */
  enter(attempt: Attempt<T>): void {
    this.#attempt = attempt;
    this.#entered = this.#rank;
    this.#waiting = operate<T | StateToken, T | StateToken>({ destination: attempt.lifetime });
    this.#config.enter({ ...attempt, ...this.#rank, lifetime: this.#waiting });
  }

  #move({ priority, tenant, slack }: Place): void {
    const { isUnderWay, job } = this.#config;
    const attempt = this.#attempt;
    const before = this.#rank;
    const after = {
      priority: priority ?? before.priority,
      tenant: tenant ?? before.tenant,
      // A new priority has its own slack, unless another one is given with it.
      deadline: slack !== undefined ? job.arrival + slack : priority !== undefined ? undefined : before.deadline,
    };
    if (after.priority === before.priority && after.tenant === before.tenant && after.deadline === before.deadline)
      return;
    this.#rank = after;
    if (attempt === undefined || attempt.lifetime.closed || isUnderWay()) return;
    const left = this.#waiting;
    // First: a tenant of whom nobody waits has to begin anew.
    this.enter({ ...attempt, moved: true });
    left?.unsubscribe();
  }
}
