import { type Observable, ReplaySubject, type SchedulerLike, type Unsubscribable } from 'rxjs';

/** Whether the answer to a request is not to be read: what was said last, for each attempt that is made. */
export class Flow {
  /** Whether it is not to be read, or when it was said last that it is again, in milliseconds. */
  isPaused: boolean | number = false;
  readonly #paused = new ReplaySubject<boolean>(1);
  readonly #source$: Observable<boolean>;
  readonly #scheduler: SchedulerLike;

  constructor(source$: Observable<boolean>, scheduler: SchedulerLike) {
    this.#source$ = source$;
    this.#scheduler = scheduler;
  }

  /** Tells the transport when not to read. */
  get paused$(): Observable<boolean> {
    return this.#paused;
  }

  /**
   * Listens from when the request is made, since whoever says it may say it once and while the request waits.
   *
   * @param fail Hears of an error of the source.
   */
  follow(fail: (error: unknown) => void): Unsubscribable {
    return this.#source$.subscribe({
      next: (paused) => {
        if (paused) this.isPaused = true;
        else if (this.isPaused === true) this.isPaused = this.#scheduler.now();
        this.#paused.next(paused);
      },
      error: fail,
    });
  }
}
