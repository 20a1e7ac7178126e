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
import type { WireRequest } from '../ports/Transport.ts';
import { REFUSED_COST, usedCost } from '../rules/cost.ts';
import { type OperateConfig, operate } from './operate.ts';
import { readTokens } from './readTokens.ts';
import { type ResponseListener, responseBody } from './responseInternals.ts';
import type { Answering, SendConfig } from './send.ts';

const CONNECTED: StateToken = { type: 'state', state: 'connected' };

/** The answer to one grant, until somebody has taken it. */
export class Offer<J extends Job, T> {
  readonly answer: Answering<J, T>;
  readonly #config: SendConfig<J, T>;
  readonly #grant: Grant<J>;
  #sending: Sending<J, T> | undefined;
  #isOpen = true;

  constructor(config: SendConfig<J, T>, grant: Grant<J>) {
    this.#config = config;
    this.#grant = grant;
    const answer = new Observable<T | StateToken>((subscriber) => {
      this.#take(subscriber);
    }) as Writable<Answering<J, T>>;
    answer.job = grant.job;
    answer.fail = (error) => this.#sending?.fail(error);
    this.answer = answer;
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
    this.#sending = new Sending(this.#config, this.#grant, subscriber);
    this.#isOpen = false;
    this.#sending.start();
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Sends one request, reads its answer to a subscriber and settles its grant. */
class Sending<J extends Job, T> implements OperateConfig<T, T | StateToken>, ResponseListener {
  readonly destination: Subscriber<T | StateToken>;
  readonly model: string;
  readonly #config: SendConfig<J, T>;
  readonly #grant: Grant<J>;
  readonly #meter: AttemptMeter<T> | undefined;
  readonly #usage: (value: T) => Usage | undefined;
  /** Who gets the body of the answer. */
  #body: Subscriber<Uint8Array> | undefined;
  #requestId: string | undefined;
  /** Whether Groq has begun to answer, so that it may have worked. */
  #begun = false;
  #ended = false;

  /** @throws whatever the meter throws, before anything is sent. */
  constructor(config: SendConfig<J, T>, grant: Grant<J>, destination: Subscriber<T | StateToken>) {
    const { job } = grant;
    this.#meter = config.meter?.(job);
    this.#usage = config.usage?.(job) ?? usageIn;
    this.destination = destination;
    this.model = job.model;
    this.#config = config;
    this.#grant = grant;
  }

  start(): void {
    const { transport, request = streamedChat, read = tokens } = this.#config;
    const { job } = this.#grant;
    const body = new Observable<Uint8Array>((bytes) => {
      this.#body = bytes;
      from(transport.send(request(job))).subscribe(responseBody(bytes, this));
    });
    body.pipe(read(job) as OperatorFunction<Uint8Array, T>).subscribe(operate(this));
  }

  /** Ends it with an error as if its connection had failed. */
  fail(error: unknown): void {
    this.#body?.error(error);
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
    const used = this.#usage(value);
    if (used !== undefined) this.#settle(used);
    this.#meter?.value(value, used);
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

  #settle(used: Usage): void {
    const grant = this.#grant;
    if (grant.state === 'settled') return;
    grant.settle({ type: 'used', cost: usedCost(used) });
    this.#config.used?.(used, grant.job);
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
