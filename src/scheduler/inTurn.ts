import {
  BehaviorSubject,
  defer,
  filter,
  finalize,
  mergeMap,
  type Observable,
  type OperatorFunction,
  take,
  throttle,
} from 'rxjs';

/**
 * Asks a question for each value, one at a time. Of the values that arrive while an answer is pending, only the latest
 * leads to another question: so answers keep coming, however slow they are, and the last one is never outdated.
 */
export const inTurn =
  <T, R>(ask: () => Observable<R>): OperatorFunction<T, R> =>
  (source) =>
    defer(() => {
      const idle = new BehaviorSubject(true);
      const asked = defer(() => {
        idle.next(false);
        return ask();
      });
      const answered = finalize<R>(() => {
        idle.next(true);
      });
      return source.pipe(
        throttle(() => idle.pipe(filter(Boolean), take(1)), { leading: true, trailing: true }),
        mergeMap(() => asked.pipe(answered)),
      );
    });
