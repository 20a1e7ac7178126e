import { concatMap, Observable, type OperatorFunction } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { trimming } from '../rules/request/trimming.ts';
import { countOf } from './internal/guardedCount.ts';
import { operate } from './internal/operate.ts';
import { checkMaxTokens } from './trimTo.ts';

/** Options of {@link trim}. */
export interface TrimConfig {
  /** The maximum number of tokens of a prompt. Minimum: 1. */
  readonly maxTokens: number;
  readonly counter: TokenCounter;
}

/**
 * Keeps the prompt of each request within a number of tokens by leaving out as few of its oldest turns as possible.
 *
 * <span class="informal">{@link trimTo} for streams, and for asynchronous counters.</span>
 *
 * ![](../../marbles/trim.svg)
 *
 * The order of the requests is kept, and those that are short enough are emitted unchanged. A request that cannot be
 * trimmed enough ends the stream.
 *
 * ## Example
 * ### The last thousand tokens of a conversation
 * ```ts
 * import { tiktokenCounter, trim } from 'rxgroq/operators';
 *
 * requests$.pipe(trim({ maxTokens: 1_000, counter: tiktokenCounter() })).subscribe(ask);
 * ```
 *
 * @see {@link trimTo}
 * @see {@link countTokens}
 * @param config The maximum and the counter. See {@link TrimConfig}.
 * @return A function that returns an Observable of the requests; the long ones have fewer messages.
 * @throws {ContextLengthError} (as `error`) when the messages that must stay have more tokens.
 * @throws {ValidationError} when `maxTokens` is not a number of at least 1, and (as `error`) when the counter fails.
 */
export function trim<R extends ChatRequest>({ maxTokens, counter }: TrimConfig): OperatorFunction<R, R> {
  checkMaxTokens(maxTokens);
  return concatMap((request) => trimmed(request, maxTokens, counter));
}

const trimmed = <R extends ChatRequest>(request: R, maxTokens: number, counter: TokenCounter): Observable<R> =>
  new Observable((destination) => {
    const steps = trimming(request, maxTokens);
    let step = steps.next();
    // What was counted and not yet used.
    let count: TokenCount | undefined;
    // Counts that are there at once are used in a loop, not from within one another.
    let running = false;

    const ask = (): void => {
      const answer = countOf(counter, step.value);
      if ('tokens' in answer) count = answer;
      else answer.subscribe(counted());
    };

    const counted = () =>
      operate<TokenCount, R>({
        destination,
        next: (value) => {
          count = value;
          run();
        },
        complete: () => undefined,
      });

    const run = (): void => {
      if (running) return;
      running = true;
      while (count !== undefined) {
        step = steps.next(count);
        count = undefined;
        if (step.done === true) {
          destination.next(step.value);
          destination.complete();
          return;
        }
        ask();
      }
      running = false;
    };

    ask();
    run();
  });
