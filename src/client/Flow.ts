import { type Observable, tap } from 'rxjs';

/** Tells the transport when not to read an answer, and everyone else whether it is being read. */
export class Flow {
  paused = false;
  readonly paused$: Observable<boolean>;

  constructor(source$: Observable<boolean>) {
    this.paused$ = source$.pipe(
      tap((paused) => {
        this.paused = paused;
      }),
    );
  }
}
