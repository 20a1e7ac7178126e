import { fromEvent, type Observable, of } from 'rxjs';

/** Emits once when a signal is aborted, or at once when it has been. */
export const whenAborted = (signal: AbortSignal): Observable<unknown> =>
  signal.aborted ? of(undefined) : fromEvent(signal, 'abort');
