import { from, Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import { attribute } from '../../errors/GroqError.ts';
import { isConnectionError, isRateLimitError, isRequestTooLargeError } from '../../errors/guards.ts';
import type { AttemptEnd, AttemptMeter } from '../../model/AttemptMeter.ts';
import type { Grant } from '../../model/Grant.ts';
import type { Job } from '../../model/Job.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { StateToken, Token } from '../../model/Token.ts';
import type { Usage } from '../../model/Usage.ts';
import type { WireHeaders } from '../../model/WireHeaders.ts';
import type { Follower } from '../../model/Written.ts';
import type { Transport, WireEvent, WireRequest } from '../../ports/Transport.ts';
import { usageOf } from '../../rules/answer/usageOf.ts';
import { REFUSED_COST, usedCost } from '../../rules/counting/cost.ts';
import { isGivenUp } from '../../rules/failures/isGivenUp.ts';
import { isRefusal } from '../../rules/failures/isRefusal.ts';
import { redactError } from '../../rules/failures/redactError.ts';
import { isObject } from '../../rules/isObject.ts';
import { requestJson } from '../../rules/request/requestJson.ts';
import { withoutPrompt } from '../../rules/request/withoutPrompt.ts';
import { type OperateConfig, operate } from './operate.ts';
import { readTokens } from './readTokens.ts';
import { redacted } from './redacted.ts';
import { type ResponseListener, responseBody } from './responseBody.ts';

const CONNECTED: StateToken = { type: 'state', state: 'connected' };

/** Options of {@link send}. */
export interface SendConfig<J extends Job, T> {
  readonly transport: Transport;
  /** The HTTP request for a job. @default its request as a streamed chat completion */
  readonly request?: ((job: J) => WireRequest) | undefined;
  /**
   * The operator that reads the body of an answer. `meter` may follow it.
   *
   * @default () => pipe(parseEvents(), toTokens())
   */
  readonly read?: ((job: J, meter: AttemptMeter<T> | undefined) => OperatorFunction<Uint8Array, T>) | undefined;
  /** Extracts the usage from a value of the answer. @default its `usage`, or the one in its `x_groq` */
  readonly usage?: ((job: J) => (value: T) => Usage | undefined) | undefined;
  /**
   * Called with the usage, after the meter, once for each answer that reports it. An error that it throws ends the
   * answer.
   */
  readonly used?: ((usage: Usage, job: J) => void) | undefined;
  /**
   * Creates a meter that follows the usage of an answer, and is notified before the subscriber. Called when the answer
   * is subscribed to; an error that it throws ends the answer before anything is sent.
   */
  readonly meter?: ((job: J) => AttemptMeter<T> | undefined) | undefined;
}

/** Sends one request, reads its answer to a subscriber and settles its grant. */
export class Sending<J extends Job, T> implements OperateConfig<T, T | StateToken>, ResponseListener {
  readonly destination: Subscriber<T | StateToken>;
  readonly model: string;
  readonly #config: SendConfig<J, T>;
  readonly #grant: Grant<J>;
  readonly #meter: AttemptMeter<T> | undefined;
  readonly #usage: (value: T) => Usage | undefined;
  /** The subscriber of the transport's events. */
  #response: Subscriber<WireEvent> | undefined;
  #requestId: string | undefined;
  /** Whether Groq has begun to answer, so that it may have worked. */
  #begun = false;
  #ended = false;

  /** @throws whatever `usage` and `meter` throw, before anything is sent. */
  constructor(config: SendConfig<J, T>, grant: Grant<J>, destination: Subscriber<T | StateToken>) {
    const { job } = grant;
    this.#usage = config.usage?.(job) ?? usageIn;
    // Last, since it would not be ended if something threw after it.
    this.#meter = config.meter?.(job);
    this.destination = destination;
    this.model = job.model;
    this.#config = config;
    this.#grant = grant;
  }

  get transport(): Transport {
    return this.#config.transport;
  }

  start(): void {
    const { transport, request = streamedChat, read = tokens } = this.#config;
    const { job } = this.#grant;
    const body = new Observable<Uint8Array>((bytes) => {
      const response = responseBody(bytes, this);
      this.#response = response;
      const wire = request(job);
      try {
        from(transport.send(wire)).subscribe(response);
      } catch (error) {
        // An error that a transport throws counts as its failure.
        response.error(error);
      }
    });
    const listening = operate(this);
    try {
      body.pipe(read(job, this.#meter) as OperatorFunction<Uint8Array, T>).subscribe(listening);
    } catch (error) {
      listening.error(error);
    }
  }

  /** Ends it with an error as if its connection had failed: an error response still becomes its own error. */
  fail(error: unknown): void {
    this.#response?.error(error);
  }

  sent(): void {
    this.#grant.sent();
    this.#meter?.sent();
    this.destination.next(CONNECTED);
  }

  head(headers: WireHeaders, requestId: string | undefined): void {
    this.#begun = true;
    this.#requestId = requestId;
    this.#grant.learn(headers);
  }

  next(value: T): void {
    try {
      const used = this.#usage(value);
      const isNews = used !== undefined && this.#settle(used);
      this.#meter?.value(value, used);
      if (isNews) this.#config.used?.(used, this.#grant.job);
    } catch (error) {
      // As with every end, it is settled before the subscriber is notified.
      this.error(error);
      return;
    }
    this.destination.next(value);
  }

  error(error: unknown): void {
    const grant = this.#grant;
    grant.settle(outcomeOf(error, grant.state, this.#begun));
    attribute(error, { model: this.model, requestId: this.#requestId });
    const { transport } = this;
    // A successful answer may end with an error whose text comes from the server.
    const redact = withoutPrompt(grant.job.request);
    redactError(error, (text) => redact(redacted(text, transport)));
    this.#end(isGivenUp(error) ? { type: 'abandoned' } : { type: 'failed', error });
    this.destination.error(error);
  }

  complete(): void {
    this.#grant.settle({ type: 'unknown' });
    this.#end({ type: 'completed' });
    this.destination.complete();
  }

  finalize(): void {
    this.#grant.settle({ type: this.#grant.state === 'reserved' ? 'unsent' : 'unknown' });
    this.#end({ type: 'abandoned' });
  }

  /** Settles the grant, and returns whether it was not settled before. */
  #settle(used: Usage): boolean {
    const grant = this.#grant;
    if (grant.state === 'settled') return false;
    grant.settle({ type: 'used', cost: usedCost(used) });
    return true;
  }

  #end(how: AttemptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#meter?.ended(how);
  }
}

/** What an error implies for the charge. */
function outcomeOf(error: unknown, state: Grant['state'], begun: boolean): Outcome {
  if (state === 'reserved') return { type: 'unsent' };
  if (isRateLimitError(error)) {
    const { dimension, retryAfter, limit, used, requested } = error;
    return { type: 'rejected', dimension, ms: retryAfter, limit, used, requested };
  }
  if (isConnectionError(error) && !error.sent) return { type: 'unsent' };
  // Groq did no work for a refused request, so only the request counts. Server errors may occur during work.
  if (!begun && isRefusal(error)) {
    return { type: 'used', cost: REFUSED_COST, ...(isRequestTooLargeError(error) && { told: error }) };
  }
  return { type: 'unknown' };
}

const tokens = (_: Job, follower: Follower | undefined): OperatorFunction<Uint8Array, Token> =>
  readTokens({ follower });

const streamedChat = ({ request }: Job): WireRequest => ({
  method: 'POST',
  path: '/chat/completions',
  body: requestJson({ ...request, stream: true }),
});

/** Where Groq reports it, since a value may be a chunk as it was sent. */
const usageIn = (value: unknown): Usage | undefined => (isObject(value) ? usageOf(value) : undefined);
