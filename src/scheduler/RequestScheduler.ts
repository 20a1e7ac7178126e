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
  type Unsubscribable,
} from 'rxjs';
import { ClosedError } from '../errors/ClosedError.ts';
import type { Overflow } from '../model/Backlog.ts';
import type { GroqEvent } from '../model/GroqEvent.ts';
import type { Status } from '../model/Status.ts';
import type { StateToken } from '../model/Token.ts';
import { operate } from '../operators/internal/operate.ts';
import type { PrioritizeConfig } from '../operators/prioritize.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { Transport } from '../ports/Transport.ts';
import { RetryBudget } from '../rules/failures/RetryBudget.ts';
import { askedOutput } from '../rules/request/maxOutput.ts';
import type { Attempt, Call } from './Attempt.ts';
import { inTurn } from './inTurn.ts';
import { Lanes } from './Lanes.ts';
import { Outstanding } from './Outstanding.ts';
import { RequestEvents } from './RequestEvents.ts';
import { RequestRun, type RunConfig } from './RequestRun.ts';

/** The configuration of a {@link RequestScheduler}. */
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
  readonly slack?: PrioritizeConfig['slack'];
  /**
   * The maximum number of requests in flight per model.
   *
   * @default 1_000
   */
  readonly inFlight?: number | undefined;
  /**
   * The maximum number of waiting requests per model.
   *
   * @default 1_000_000
   */
  readonly maxQueued?: number | undefined;
  /** See {@link PrioritizeConfig.overflow}. */
  readonly overflow?: Overflow | undefined;
}

/** The minimum interval between two status values, in milliseconds. */
const STATUS_INTERVAL = 100;

/**
 * Schedules requests under the limits of their models: a subject that passes each attempt to the lane of its model. It
 * opens and retires lanes.
 *
 * After `complete()` it accepts no new requests, and those that were accepted run to their end, including retries.
 * After `unsubscribe()` all pending requests fail with a {@link ClosedError}.
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
   * The current status, on subscription and whenever it changes, at most ten times a second. Completes when the
   * scheduler is closed.
   */
  get status$(): Observable<Status> {
    return this.#changes.pipe(
      auditTime(STATUS_INTERVAL, this.#scheduler),
      startWith(undefined),
      inTurn(() => this.#status()),
    );
  }

  /** What happens to requests, as it happens. Completes when the scheduler is closed. */
  get events$(): Observable<GroqEvent> {
    return this.#events.events$;
  }

  /** Completes when no request is pending after {@link RequestScheduler.complete}, or after `unsubscribe()`. */
  get drained$(): Observable<never> {
    return this.#drained.asObservable();
  }

  /**
   * The answer to a call: each subscription is a separate request, which gets its place when it is made. A request that
   * is still being prepared is accepted already, and later gets the place that it would have had.
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
    // A listener may have ended the request, or closed the scheduler: then no lane must be opened.
    if (attempt.lifetime.closed) return;
    this.#lanes.of(attempt.model).next(attempt);
  }

  /** Ends all pending requests with this error. */
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
    // A request that may wait forever needs no timeout.
    const expiresAt = queue === Infinity ? undefined : arrival + queue;
    const seq = this.#seq++;
    const job = { call, model, request, cost, priority, tenant, arrival, deadline, expiresAt, seq };
    const run = new RequestRun(job, this.#lanes.of(model), this.#run, destination);
    this.#outstanding.add(run);
    const { fittedFrom } = call;
    // After it is outstanding, since a listener may close the scheduler.
    if (fittedFrom !== undefined) {
      this.#events.tell(job, {
        type: 'output-fitted',
        from: fittedFrom,
        to: askedOutput(request) ?? fittedFrom,
      });
    }
    run.start();
  }

  #closeIfDrained(): void {
    if (this.#state !== 'draining' || this.#outstanding.any) return;
    this.#state = 'closed';
    this.#end();
  }

  /** Releases everything, and completes all observers. */
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
