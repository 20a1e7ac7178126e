import { Subject, Subscription, tap } from 'rxjs';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { Backlog } from '../../src/model/Backlog.ts';
import type { Grant } from '../../src/model/Grant.ts';
import type { BucketLevel, Limits } from '../../src/model/Limits.ts';
import type { Priority, Slack } from '../../src/model/Priority.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, type NamedJob, tokens } from '../util/jobs.ts';
import { levelsOf } from '../util/stores.ts';

/** A job that will arrive. */
export interface Arrival {
  readonly at: number;
  readonly units: number;
  readonly priority?: Priority;
  readonly tenant?: string;
  readonly name?: string;
}

/** The setup of a lane. */
export interface LaneConfig {
  readonly limits: Limits;
  readonly bypass?: number;
  readonly inFlight?: number;
  readonly slack?: Partial<Slack>;
  readonly store?: (clock: VirtualClock) => LimitStore;
  /** Called with each grant. By default it arrives at the server at once, and never ends. */
  readonly granted?: (grant: Grant<NamedJob>, lane: Lane) => void;
}

/** A granted job, and the best one of those that were still waiting. */
export interface Granted {
  readonly at: number;
  readonly job: NamedJob;
  readonly passed: NamedJob | undefined;
}

/** A waiting job. */
interface Waiting {
  readonly job: NamedJob;
  cancel(): void;
}

/** Jobs that pass through a queue and a throttle, in virtual time. */
export interface Lane {
  readonly clock: VirtualClock;
  readonly store: LimitStore;
  readonly granted: readonly Granted[];
  readonly backlog: Backlog<NamedJob> | undefined;
  levels(): readonly BucketLevel[];
  add(arrival: Omit<Arrival, 'at'>): Waiting;
  /** Schedules the arrivals of jobs. */
  expect(arrivals: readonly Arrival[]): void;
}

/** Opens a lane with the default store of a client, unless another is given. */
export function openLane(config: LaneConfig): Lane {
  const { limits, bypass, inFlight, slack, granted: hear = arrive } = config;
  const clock = virtualClock();
  const store = config.store?.(clock) ?? memoryLimitStore({ limits, scheduler: clock });
  const make = jobMaker();
  const jobs = new Subject<NamedJob>();
  const granted: Granted[] = [];
  let backlog: Backlog<NamedJob> | undefined;

  const lane: Lane = {
    clock,
    store,
    granted,
    get backlog() {
      return backlog;
    },
    levels: () => levelsOf(store),
    add({ units, priority = 'low', tenant, name = priority }) {
      const lifetime = new Subscription();
      const job = make(name, { cost: tokens(units), priority, tenant, arrival: clock.now(), lifetime });
      jobs.next(job);
      return {
        job,
        cancel: () => {
          lifetime.unsubscribe();
        },
      };
    },
    expect(arrivals) {
      for (const { at, ...arrival } of arrivals) {
        clock.schedule(() => {
          lane.add(arrival);
        }, at);
      }
    },
  };
  jobs
    .pipe(
      prioritize<NamedJob>({ slack }),
      tap((waiting) => {
        backlog = waiting;
      }),
      throttleByBucket<NamedJob>({ store, scheduler: clock, random: () => 0, bypass, inFlight }),
    )
    .subscribe((grant) => {
      granted.push({ at: clock.now(), job: grant.job, passed: backlog?.peek()?.job });
      hear(grant, lane);
    });
  return lane;
}

/** Requests arrive at once, so that no inflow is lost while they travel. */
export const arrive = (grant: Grant<NamedJob>): void => {
  grant.sent();
  grant.learn({});
};
