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

/** A job that is to come. */
export interface Arrival {
  readonly at: number;
  readonly units: number;
  readonly priority?: Priority;
  readonly tenant?: string;
  readonly name?: string;
}

/** How a lane is set up. */
export interface LaneConfig {
  readonly limits: Limits;
  readonly bypass?: number;
  readonly inFlight?: number;
  readonly slack?: Partial<Slack>;
  readonly store?: (clock: VirtualClock) => LimitStore;
  /** What becomes of a grant. By default it arrives at the server at once, and never ends. */
  readonly granted?: (grant: Grant<NamedJob>, lane: Lane) => void;
}

/** A job that was granted, and who was the best of those that still waited then. */
export interface Granted {
  readonly at: number;
  readonly job: NamedJob;
  readonly passed: NamedJob | undefined;
}

/** What a job that has come can be told. */
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
  /** Lets jobs come in their time. */
  expect(arrivals: readonly Arrival[]): void;
}

/** Opens a lane whose store, unless another is given, is the one that clients have. */
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

/** What is sent is there at once, so that nothing is lost for being on its way. */
export const arrive = (grant: Grant<NamedJob>): void => {
  grant.sent();
  grant.learn({});
};
