import {
  auditTime,
  forkJoin,
  isObservable,
  map,
  Observable,
  type Observer,
  of,
  type SchedulerLike,
  Subject,
  type Subscriber,
  startWith,
  switchMap,
  type Unsubscribable,
} from 'rxjs';
import { ClosedError } from '../errors/ClosedError.ts';
import type { Overflow } from '../model/Backlog.ts';
import type { GroqEvent } from '../model/GroqEvent.ts';
import type { Slack } from '../model/Priority.ts';
import type { Status } from '../model/Status.ts';
import type { StateToken } from '../model/Token.ts';
import { operate } from '../operators/internal/operate.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { Transport } from '../ports/Transport.ts';
import { RetryBudget } from '../rules/failures/RetryBudget.ts';
import { askedOutput } from '../rules/request/maxOutput.ts';
import type { Attempt, Call } from './Attempt.ts';
import { Lanes } from './Lanes.ts';
import { Outstanding } from './Outstanding.ts';
import { RequestEvents } from './RequestEvents.ts';
import { RequestRun, type RunConfig } from './RequestRun.ts';

/** What a {@link RequestScheduler} works with. */
export interface RequestSchedulerConfig {
  readonly store: LimitStore;
  readonly transport: Transport;
  /**
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** @default Math.random */
  readonly random?: Random | undefined;
  /** See {@link PrioritizeConfig.slack}. */
  readonly slack?: Partial<Slack> | undefined;
  /**
   * How many requests to one model may be in flight at a time.
   *
   * @default 1_000
   */
  readonly inFlight?: number | undefined;
  /**
   * How many requests to one model may wait at a time.
   *
   * @default 1_000_000
   */
  readonly maxQueued?: number | undefined;
  /** See {@link PrioritizeConfig.overflow}. */
  readonly overflow?: Overflow | undefined;
}

/** How often a change of the status is told at the most, in milliseconds. */
const STATUS_INTERVAL = 100;

/**
 * Merges requests under the limits of their models: a subject that takes attempts and gives each to the lane of its
 * model, which it opens and retires.
 *
 * Completing it lets everything that was accepted come to its end, retries included, and takes nothing new.
 * Unsubscribing it cuts: everyone who still waits for an answer gets a {@link ClosedError}.
 */
export class RequestScheduler implements Observer<Attempt>, Unsubscribable {
  readonly #scheduler: SchedulerLike;
  readonly #run: RunConfig;
  readonly #lanes: Lanes;
  readonly #outstanding = new Outstanding();
  readonly #events: RequestEvents;
  readonly #changes = new Subject<void>();
  readonly #drained = new Subject<never>();
  #state: 'open' | 'draining' | 'closed' = 'open';
  #seq = 0;

  constructor(config: RequestSchedulerConfig) {
    const { scheduler = systemClock, random = Math.random, inFlight = 1_000, maxQueued = 1_000_000 } = config;
    this.#scheduler = scheduler;
    this.#events = new RequestEvents(scheduler);
    this.#run = {
      scheduler,
      random,
      retryBudget: new RetryBudget(scheduler.now()),
      events: this.#events,
      enter: (attempt) => {
        this.next(attempt);
      },
      left: () => {
        this.#closeIfDrained();
      },
    };
    this.#lanes = new Lanes({
      ...config,
      scheduler,
      random,
      inFlight,
      maxQueued,
      admitted: (attempt) => {
        if (this.#events.observed) {
          const waited = scheduler.now() - attempt.arrival;
          this.#events.tell(attempt, { type: 'admitted', waited, attempt: attempt.attempt });
        }
        if (attempt.call.lifecycle) attempt.lifetime.next({ type: 'state', state: 'admitted' });
      },
      changed: () => {
        if (this.#changes.observed) this.#changes.next();
      },
    });
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /**
   * How things stand, on subscription and whenever that changes, ten times a second at the most. It completes when the
   * scheduler is closed.
   */
  get status$(): Observable<Status> {
    return this.#changes.pipe(
      auditTime(STATUS_INTERVAL, this.#scheduler),
      startWith(undefined),
      switchMap(() => this.#status()),
    );
  }

  /** What happens to requests, as it happens. It completes when the scheduler is closed. */
  get events$(): Observable<GroqEvent> {
    return this.#events.events$;
  }

  /** Completes when nothing is outstanding any more after {@link RequestScheduler.complete}, or when it was cut. */
  get drained$(): Observable<never> {
    return this.#drained.asObservable();
  }

  /**
   * The answer to a call: each subscription is a request of its own, which takes its place when it is made. One that
   * is still being made ready is accepted already, and takes the place that it would have had when it is there.
   */
  answer<T>(call: Call<T> | Observable<Call<T>>): Observable<T | StateToken> {
    return new Observable((destination) => {
      if (this.#state !== 'open') destination.error(new ClosedError());
      else if (isObservable(call)) this.#await(call, destination);
      else this.#accept(call, this.#scheduler.now(), destination);
    });
  }

  next(attempt: Attempt): void {
    this.#events.tell(attempt, { type: 'queued' });
    if (attempt.call.lifecycle) attempt.lifetime.next({ type: 'state', state: 'queued' });
    this.#lanes.of(attempt.model).next(attempt);
  }

  /** Cuts, with this error for everyone who still waits for an answer. */
  error(error: unknown): void {
    this.#cut(() => {
      this.#outstanding.error(error);
    });
  }

  complete(): void {
    if (this.#state === 'open') this.#state = 'draining';
    this.#closeIfDrained();
  }

  unsubscribe(): void {
    this.#cut(() => {
      this.#outstanding.fail(() => new ClosedError());
    });
  }

  #cut(end: () => void): void {
    if (this.closed) return;
    this.#state = 'closed';
    end();
    this.#end();
  }

  #await<T>(call$: Observable<Call<T>>, destination: Subscriber<T | StateToken>): void {
    const arrival = this.#scheduler.now();
    const ready = operate<Call<T>, T | StateToken>({
      destination,
      next: (call) => {
        this.#accept(call, arrival, destination);
      },
      complete: () => undefined,
      finalize: () => {
        this.#closeIfDrained();
      },
    });
    const fail = (error: unknown): void => {
      ready.error(error);
    };
    this.#outstanding.add({ listening: ready, fail });
    call$.subscribe(ready);
  }

  #accept<T>(call: Call<T>, arrival: number, destination: Subscriber<T | StateToken>): void {
    const { model, request, cost, priority, tenant, slack, timeouts } = call;
    const deadline = slack === undefined ? undefined : arrival + slack;
    const { queue = Infinity } = timeouts;
    // Nobody has to look at the clock for one that may wait for ever.
    const expiresAt = queue === Infinity ? undefined : arrival + queue;
    const seq = this.#seq++;
    const job = { call, model, request, cost, priority, tenant, arrival, deadline, expiresAt, seq };
    const { fittedFrom } = call;
    if (fittedFrom !== undefined) {
      this.#events.tell(job, {
        type: 'output-fitted',
        from: fittedFrom,
        to: askedOutput(request) ?? fittedFrom,
      });
    }
    const run = new RequestRun(job, this.#lanes.of(model), this.#run, destination);
    this.#outstanding.add(run);
    run.start();
  }

  #closeIfDrained(): void {
    if (this.#state !== 'draining' || this.#outstanding.any) return;
    this.#state = 'closed';
    this.#end();
  }

  /** Lets go of everything, and tells everyone who looks on that nothing comes any more. */
  #end(): void {
    this.#lanes.retire();
    this.#events.complete();
    this.#changes.complete();
    this.#drained.complete();
  }

  #status(): Observable<Status> {
    const { busy } = this.#lanes;
    const models = busy.length === 0 ? of([]) : forkJoin(busy.map((lane) => lane.status()));
    return models.pipe(map((all) => ({ models: all })));
  }
}
