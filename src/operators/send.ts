import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import * as z from 'zod';
import { AnswerNotTakenError } from '../errors/AnswerNotTakenError.ts';
import type { Grant } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { StateToken, Token } from '../model/Token.ts';
import { func, transportSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { operate } from './internal/operate.ts';
import { type SendConfig, Sending } from './internal/Sending.ts';

export type { SendConfig };

/** The answer to one job. It must be subscribed to synchronously, while it is emitted. */
export type Answering<J extends Job, T> = Observable<T | StateToken> & {
  readonly job: J;
  /**
   * Ends it with an error as if the connection had failed: the part that had arrived is kept in the error's `partial`.
   */
  readonly fail: (error: unknown) => void;
};

/**
 * Sends each granted job, and emits its answer as a separate Observable.
 *
 * <span class="informal">Subscribing to an answer sends the request; unsubscribing closes its connection.</span>
 *
 * ![](../../marbles/send.svg)
 *
 * It settles the grant exactly once, before the subscriber is notified of the end: with the usage that the answer
 * reports, as unsent if the request was never sent, and as unknown if the answer was cut off.
 *
 * An answer must be subscribed to synchronously, while it is emitted, so flatten the answers with `mergeAll`. Otherwise
 * its grant is given back, and the answer fails with an {@link AnswerNotTakenError}. An answer can be subscribed to
 * only once: a retry needs another grant, so `retry` on an answer gets that error instead of the original one.
 *
 * The values include one state token, `connected`, when the connection is established.
 *
 * ## Example
 * ### The last stage of the pipe
 * ```ts
 * import { parseEvents, send, toTokens, undiciTransport } from 'rxgroq/operators';
 * import { mergeAll, pipe } from 'rxjs';
 *
 * const transport = undiciTransport({ apiKey });
 * grants$.pipe(send({ transport, read: () => pipe(parseEvents(), toTokens()) }), mergeAll());
 * ```
 *
 * @see {@link throttleByBucket}
 * @param config The transport, and how answers are read. See {@link SendConfig}.
 * @return A function that returns an Observable of answers.
 * @throws {ValidationError} when the config is invalid.
 * @throws {ValidationError} (as `error` of the answer) when JSON cannot represent the request.
 * @throws {HttpError} (as `error` of the answer) when Groq answers with a status other than 200.
 * @throws {ConnectionError} (as `error` of the answer) when the network fails.
 * @throws {AnswerNotTakenError} (as `error` of the answer) when it is subscribed to too late, or a second time.
 */
export function send<J extends Job, T = Token>(config: SendConfig<J, T>): OperatorFunction<Grant<J>, Answering<J, T>> {
  checked(schema, config, 'The config of send', 'Correct the config.');

  return (source) =>
    new Observable((destination) => {
      source.subscribe(
        operate({
          destination,
          next: (grant) => {
            const offer = new Offer(config, grant);
            destination.next(offer.answer);
            offer.withdraw();
          },
        }),
      );
    });
}

const schema = z.strictObject({
  transport: transportSchema.unwrap(),
  request: func.optional(),
  read: func.optional(),
  usage: func.optional(),
  used: func.optional(),
  meter: func.optional(),
});

/** The answer to one grant, until it is subscribed to. */
class Offer<J extends Job, T> {
  readonly answer: Answering<J, T>;
  readonly #config: SendConfig<J, T>;
  readonly #grant: Grant<J>;
  #sending: Sending<J, T> | undefined;
  #isOpen = true;

  constructor(config: SendConfig<J, T>, grant: Grant<J>) {
    this.#config = config;
    this.#grant = grant;
    this.answer = Object.assign(
      new Observable<T | StateToken>((subscriber) => {
        this.#take(subscriber);
      }),
      { job: grant.job, fail: (error: unknown) => this.#sending?.fail(error) },
    );
  }

  /** Gives the grant back if the answer was not subscribed to. */
  withdraw(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#grant.settle({ type: 'unsent' });
  }

  #take(subscriber: Subscriber<T | StateToken>): void {
    if (!this.#isOpen) {
      subscriber.error(new AnswerNotTakenError(this.#grant.job.model, this.#sending !== undefined));
      return;
    }
    try {
      this.#sending = new Sending(this.#config, this.#grant, subscriber);
    } catch (error) {
      this.withdraw();
      subscriber.error(error);
      return;
    }
    this.#isOpen = false;
    this.#sending.start();
  }
}
