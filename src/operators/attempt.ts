import { Observable } from 'rxjs';

/** What asking gives at once or later. What it throws is an answer that fails. */
export function attempt<T>(ask: () => T): T | Observable<never> {
  try {
    return ask();
  } catch (error) {
    return new Observable((subscriber) => {
      subscriber.error(error);
    });
  }
}
