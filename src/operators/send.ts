import { from, Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import { AnswerNotTakenError } from '../errors/AnswerNotTakenError.ts';
import { attribute } from '../errors/GroqError.ts';
import { isConnectionError, isHttpError, isRateLimitError, isRequestTooLargeError } from '../errors/guards.ts';
import type { AttemptEnd, AttemptMeter } from '../model/AttemptMeter.ts';
import type { Grant, Outcome } from '../model/Grant.ts';
import type { Job } from '../model/Job.ts';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { StateToken, Token } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import type { Transport, WireRequest } from '../ports/Transport.ts';
import { REFUSED_COST, usedCost } from '../rules/cost.ts';
import { type OperateConfig, operate } from './operate.ts';
import { readTokens } from './readTokens.ts';
import { type ResponseListener, responseBody } from './responseInternals.ts';

/** How {@link send} sends and reads. */
export interface SendConfig<J extends Job, T> {
  readonly transport: Transport;
  /** What is sent for a job. @default its request as a streamed chat completion */
  readonly request?: ((job: J) => WireRequest) | undefined;
  /** How the body of an answer is read. @default () => pipe(parseEvents(), toTokens()) */
  readonly read?: ((job: J) => OperatorFunction<Uint8Array, T>) | undefined;
  /** What a value of the answer says was used. @default its `usage` */
  readonly usage?: ((value: T, job: J) => Usage | undefined) | undefined;
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
  fail?: ((error: unknown) => void) | undefined;
};

const CONNECTED: StateToken = { type: 'state', state: 'connected' };

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
            let state: 'offered' | 'taken' | 'lost' = 'offered';
            const answer: Answering<J, T> = Object.assign(
              new Observable<T | StateToken>((subscriber) => {
                if (state !== 'offered') {
                  subscriber.error(new AnswerNotTakenError(grant.job.model));
                  return;
                }
                const sending = new Sending(config, grant, subscriber);
                state = 'taken';
                sending.start((fail) => {
                  answer.fail = fail;
                });
              }),
              { job: grant.job },
            );
            destination.next(answer);
            if (isStill(state, 'offered')) {
              state = 'lost';
              grant.settle({ type: 'unsent' });
            }
          },
        }),
      );
    });
}

/** Sends one request, reads its answer to a subscriber and settles its grant. */
class Sending<J extends Job, T> implements OperateConfig<T, T | StateToken>, ResponseListener {
  readonly destination: Subscriber<T | StateToken>;
  readonly model: string;
  readonly #config: SendConfig<J, T>;
  readonly #grant: Grant<J>;
  readonly #meter: AttemptMeter<T> | undefined;
  #requestId: string | undefined;
  /** Whether Groq has begun to answer, so that it may have worked. */
  #begun = false;
  #ended = false;

  /** @throws whatever the meter throws, before anything is sent. */
  constructor(config: SendConfig<J, T>, grant: Grant<J>, destination: Subscriber<T | StateToken>) {
    const { job } = grant;
    this.#meter = config.meter?.(job);
    this.destination = destination;
    this.model = job.model;
    this.#config = config;
    this.#grant = grant;
  }

  /** @param failing Is given what lets the answer fail as if its connection had. */
  start(failing: (fail: (error: unknown) => void) => void): void {
    const { transport, request = streamedChat, read = tokens } = this.#config;
    const { job } = this.#grant;
    const body = new Observable<Uint8Array>((bytes) => {
      failing((error) => {
        bytes.error(error);
      });
      from(transport.send(request(job))).subscribe(responseBody(bytes, this));
    });
    body.pipe(read(job) as OperatorFunction<Uint8Array, T>).subscribe(operate(this));
  }

  sent(): void {
    this.#grant.sent();
    this.#meter?.sent();
    this.destination.next(CONNECTED);
  }

  head(limits: LimitHeaders, requestId: string | undefined): void {
    this.#begun = true;
    this.#requestId = requestId;
    this.#grant.learn(limits);
  }

  next(value: T): void {
    const { usage = usageIn, used: tell } = this.#config;
    const grant = this.#grant;
    const used = usage(value, grant.job);
    if (used !== undefined && grant.state !== 'settled') {
      grant.settle({ type: 'used', cost: usedCost(used) });
      tell?.(used, grant.job);
    }
    this.#meter?.value(value);
    this.destination.next(value);
  }

  error(error: unknown): void {
    const grant = this.#grant;
    grant.settle(outcomeOf(error, grant.state, this.#begun));
    attribute(error, { model: this.model, requestId: this.#requestId });
    this.#end({ type: 'failed', error });
    this.destination.error(error);
  }

  complete(): void {
    this.#grant.settle({ type: 'unknown' });
    this.#end({ type: 'completed' });
    this.destination.complete();
  }

  finalize(): void {
    this.#grant.settle({ type: this.#grant.state === 'reserved' ? 'unsent' : 'unknown' });
    this.#end({ type: 'left' });
  }

  #end(how: AttemptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#meter?.ended(how);
  }
}

/** What an error tells about the charge. */
function outcomeOf(error: unknown, state: Grant['state'], begun: boolean): Outcome {
  if (state === 'reserved') return { type: 'unsent' };
  if (isRateLimitError(error)) {
    const { dimension, retryAfter, limit, used, requested } = error;
    return { type: 'rejected', dimension, ms: retryAfter, limit, used, requested };
  }
  if (isConnectionError(error) && !error.sent) return { type: 'unsent' };
  // Groq did no work for what it refused, so only the request counts. Its faults may come in the middle of work.
  const refused = isRequestTooLargeError(error) || (isHttpError(error) && error.status < 500);
  if (refused && !begun) return { type: 'used', cost: REFUSED_COST };
  return { type: 'unknown' };
}

const tokens = (): OperatorFunction<Uint8Array, Token> => readTokens();

const streamedChat = ({ request }: Job): WireRequest => ({
  method: 'POST',
  path: '/chat/completions',
  body: JSON.stringify({ ...request, stream: true }),
});

const usageIn = (value: unknown): Usage | undefined =>
  typeof value === 'object' && value !== null && 'usage' in value ? (value.usage as Usage | undefined) : undefined;

// The compiler does not see that a subscriber changes the state in between.
const isStill = <S extends string>(state: S, expected: S): boolean => state === expected;
