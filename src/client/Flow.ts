import { type Observable, ReplaySubject, type SchedulerLike, type Unsubscribable } from 'rxjs';

/** Whether the answer to a request is paused: the latest value, for each attempt. */
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

  /** Emits to the transport whether to pause. */
  get paused$(): Observable<boolean> {
    return this.#paused;
  }

  /**
   * Subscribes when the request is made, since the source may emit only once, while the request waits.
   *
   * @param fail Called with an error of the source.
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
