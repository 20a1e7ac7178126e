import { Observable, type OperatorFunction, Subscription } from 'rxjs';
import { type GroqError, isGroqError } from '../errors/GroqError.ts';
import type { ChatInput } from '../model/ChatRequest.ts';
import type { Answer } from '../model/Token.ts';
import { operate } from '../operators/operate.ts';
import type { CallOptions } from './CallOptions.ts';

/** How {@link Groq.answers} hands out what it gets. */
export interface AnswersOptions extends CallOptions {
  /**
   * Whether the answers come in the order of the inputs. Otherwise each comes when it is there.
   *
   * @default false
   */
  readonly ordered?: boolean | undefined;
  /**
   * Whether an error is a value like an answer, so that the others go on, or ends the stream.
   *
   * @default 'emit'
   */
  readonly onError?: 'emit' | 'throw' | undefined;
}

/** An input with its answer. */
export interface Answered<T> {
  readonly input: T;
  readonly index: number;
  readonly answer: Answer;
}

/** What became of one input. */
export type AnswerResult<T> = Answered<T> | { readonly input: T; readonly index: number; readonly error: GroqError };

/**
 * Turns a stream of inputs into a stream of answers: each input becomes a request at once, and the limits decide when
 * it is sent.
 *
 * @param ask Gives the answer to a request.
 * @param project Makes a request of an input.
 */
export function answers<T>(
  ask: (request: ChatInput) => Observable<Answer>,
  project: (input: T, index: number) => ChatInput,
  { ordered = false, onError = 'emit' }: AnswersOptions,
): OperatorFunction<T, AnswerResult<T>> {
  return (source) =>
    new Observable((destination) => {
      // A set of our own: rxjs's mergeMap searches an array whenever a request ends.
      const running = new Set<Subscription>();
      // In order: what came before its turn, and whose turn it is.
      const early = new Map<number, AnswerResult<T> | undefined>();
      let turn = 0;
      let count = 0;
      let completed = false;

      const completeIfDone = (): void => {
        if (completed && running.size === 0) destination.complete();
      };

      /** Hands out a result, or holds it until its turn. An input without one only gives up its turn. */
      const settle = (index: number, result: AnswerResult<T> | undefined): void => {
        if (!ordered) {
          if (result !== undefined) destination.next(result);
          return;
        }
        early.set(index, result);
        while (early.has(turn)) {
          const next = early.get(turn);
          early.delete(turn++);
          if (next !== undefined) destination.next(next);
        }
      };

      const start = (input: T): void => {
        const index = count++;
        let result: AnswerResult<T> | undefined;
        const request = new Subscription();
        const end = (): void => {
          running.delete(request);
          settle(index, result);
          completeIfDone();
        };
        running.add(request);
        const asked = ask(project(input, index)).subscribe({
          next: (answer) => {
            result = { input, index, answer };
          },
          error: (error: unknown) => {
            if (onError === 'throw' || !isGroqError(error)) {
              destination.error(error);
              return;
            }
            result = { input, index, error };
            end();
          },
          complete: end,
        });
        request.add(asked);
      };

      destination.add(() => {
        for (const request of running) request.unsubscribe();
      });

      source.subscribe(
        operate({
          destination,
          next: start,
          complete: () => {
            completed = true;
            completeIfDone();
          },
        }),
      );
    });
}
