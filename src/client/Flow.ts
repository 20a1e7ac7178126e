import { type Observable, ReplaySubject, type Unsubscribable } from 'rxjs';

/** Whether the answer to a request is not to be read: what was said last, for each attempt that is made. */
export class Flow {
  paused = false;
  readonly #paused = new ReplaySubject<boolean>(1);
  readonly #source$: Observable<boolean>;

  constructor(source$: Observable<boolean>) {
    this.#source$ = source$;
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
        this.paused = paused;
        this.#paused.next(paused);
      },
      error: fail,
    });
  }
}
