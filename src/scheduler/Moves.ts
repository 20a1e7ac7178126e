import type { Observable, Subscriber, Unsubscribable } from 'rxjs';
import type { Job } from '../model/Job.ts';
import type { Place } from '../model/Place.ts';
import type { StateToken } from '../model/Token.ts';
import { operate } from '../operators/internal/operate.ts';
import { checkPlace } from '../rules/queue/checkPlace.ts';
import type { Attempt } from './Attempt.ts';

/** What determines when an attempt starts, besides its arrival. */
export type Rank = Pick<Job, 'priority' | 'tenant' | 'deadline'>;

/** The dependencies of {@link Moves}. */
export interface MovesConfig<T> {
  /** Its initial place, and its arrival time. */
  readonly job: Rank & Pick<Job, 'arrival'>;
  /** Enqueues an attempt. */
  readonly enter: (attempt: Attempt<T>) => void;
  /** Whether its answer is pending, so that it cannot be moved. */
  readonly isUnderWay: () => boolean;
  /** Ends the request. */
  readonly fail: (error: unknown) => void;
}

/**
 * The changes of a request's place. With each change the waiting attempt enters the queue again, at the rank that its
 * arrival gives it there, and leaves its old place. A change while no attempt waits applies to the next one.
 */
export class Moves<T> {
  readonly #config: MovesConfig<T>;
  #rank: Rank;
  /** The latest attempt in the queue, and its rank. */
  #attempt: Attempt<T> | undefined;
  #entered: Rank;
  /** Its ticket in the queue. Closing it removes the attempt, to enter it elsewhere. */
  #waiting: Subscriber<T | StateToken> | undefined;

  constructor(config: MovesConfig<T>) {
    this.#config = config;
    const { priority, tenant, deadline } = config.job;
    this.#rank = { priority, tenant, deadline };
    this.#entered = this.#rank;
  }

  /** The tenant of the latest attempt. */
  get tenant(): string | undefined {
    return this.#entered.tenant;
  }

  /** Subscribes to the changes. */
  follow(place$: Observable<Place>): Unsubscribable {
    const fail = (error: unknown): void => {
      // A request in flight has no place in the queue.
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

  /** Enqueues an attempt at the current place of the request. */
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
    // First, since a tenant without waiting jobs has to start again.
    this.enter({ ...attempt, moved: true });
    left?.unsubscribe();
  }
}
