import { Observable, type OperatorFunction } from 'rxjs';
import type { AttemptMeter } from '../model/AttemptMeter.ts';
import type { Grant } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { StateToken, Token } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import type { Transport, WireRequest } from '../ports/Transport.ts';
import { operate } from './operate.ts';
import { Offer } from './sendInternals.ts';

/** How {@link send} sends and reads. */
export interface SendConfig<J extends Job, T> {
  readonly transport: Transport;
  /** What is sent for a job. @default its request as a streamed chat completion */
  readonly request?: ((job: J) => WireRequest) | undefined;
  /** How the body of an answer is read. @default () => pipe(parseEvents(), toTokens()) */
  readonly read?: ((job: J) => OperatorFunction<Uint8Array, T>) | undefined;
  /** How it is told from a value of the answer what was used. @default () => ({ usage }) => usage */
  readonly usage?: ((job: J) => (value: T) => Usage | undefined) | undefined;
  /** Is told of it, once for each answer that says so. */
  readonly used?: ((usage: Usage, job: J) => void) | undefined;
  /**
   * What follows the use of an answer, and hears of everything before the subscriber does. Asked for when the answer is
   * subscribed to; what it throws ends the answer, before anything was sent.
   */
  readonly meter?: ((job: J) => AttemptMeter<T> | undefined) | undefined;
}

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
 * that emits it gives its grant back and can no longer be had, so flatten with `mergeAll`.
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
 * @throws {HttpError} (as `error` of the answer) when Groq answers other than 200.
 * @throws {ConnectionError} (as `error` of the answer) when the network fails.
 * @throws {AnswerNotTakenError} (as `error` of the answer) when it was not subscribed to in time.
 */
export function send<J extends Job, T = Token>(config: SendConfig<J, T>): OperatorFunction<Grant<J>, Answering<J, T>> {
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
