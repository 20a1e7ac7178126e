import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import * as z from 'zod';
import { AnswerNotTakenError } from '../errors/AnswerNotTakenError.ts';
import type { Grant } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { StateToken, Token } from '../model/Token.ts';
import { func, transportSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { operate } from './operate.ts';
import { type SendConfig, Sending } from './sendInternals.ts';

export type { SendConfig };

/** The answer to one job, which has to be subscribed to in the call that emits it. */
export type Answering<J extends Job, T> = Observable<T | StateToken> & {
  readonly job: J;
  /** Ends it with an error as if its connection had failed: what had come of it is kept with the error. */
  readonly fail: (error: unknown) => void;
};

/**
 * Sends each job that was granted leave, and emits its answer as a stream of its own.
 *
 * <span class="informal">Subscribing to an answer sends the request; unsubscribing closes its connection.</span>
 *
 * ![](../../marbles/send.svg)
 *
 * It settles the grant, always once and before the subscriber hears of the end: with what was used when the answer says
 * so, as not sent when it never left, and as unknown when it was cut. An answer that is not subscribed to in the call
 * that emits it gives its grant back and can no longer be had, so flatten with `mergeAll`. Each can be had once: what is
 * tried again needs another grant, so `retry` on an answer only hears that it was not taken, in place of what went wrong.
 *
 * Among the values there is one state token that tells when the connection is there.
 *
 * ## Example
 * ### The last part of the pipe
 * ```ts
 * import { parseEvents, send, toTokens, undiciTransport } from 'rxgroq/operators';
 * import { mergeAll, pipe } from 'rxjs';
 *
 * const transport = undiciTransport({ apiKey });
 * grants$.pipe(send({ transport, read: () => pipe(parseEvents(), toTokens()) }), mergeAll());
 * ```
 *
 * @see {@link throttleByBucket}
 * @param config How it sends and reads. See {@link SendConfig}.
 * @return A function that returns an Observable of answers.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {HttpError} (as `error` of the answer) when Groq answers other than 200.
 * @throws {ConnectionError} (as `error` of the answer) when the network fails.
 * @throws {AnswerNotTakenError} (as `error` of the answer) when it was not subscribed to in time, or once before.
 */
export function send<J extends Job, T = Token>(config: SendConfig<J, T>): OperatorFunction<Grant<J>, Answering<J, T>> {
  checked(schema, config, 'The config of send', 'Correct it: nothing was sent.');

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

/** The answer to one grant, until somebody has taken it. */
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

  /** Gives the grant back that nobody has taken. */
  withdraw(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#grant.settle({ type: 'unsent' });
  }

  #take(subscriber: Subscriber<T | StateToken>): void {
    if (!this.#isOpen) {
      subscriber.error(new AnswerNotTakenError(this.#grant.job.model));
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
