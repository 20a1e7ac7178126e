import type { Observable, OperatorFunction, Subscriber } from 'rxjs';
import type { AttemptMeter } from '../model/AttemptMeter.ts';
import type { Job } from '../model/Job.ts';
import type { Place } from '../model/Place.ts';
import type { StateToken } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import type { Follower } from '../model/Written.ts';
import type { IsPaused } from '../operators/internal/waitingSince.ts';
import type { RetryConfig } from '../operators/retryWithBackoff.ts';
import type { Answering } from '../operators/send.ts';
import type { AnswerTimeouts } from '../operators/timeouts.ts';
import type { WireRequest } from '../ports/Transport.ts';

/** A call: everything about a request, except its arrival and its attempts. */
export interface Call<T> extends Pick<Job, 'model' | 'request' | 'cost' | 'priority' | 'tenant'> {
  /** Returns the HTTP request. Called when it is sent, so that nothing is stored twice while the request waits. */
  wire(): WireRequest;
  /** Returns the operator that reads the body of an answer, which `meter` may follow. Called for each attempt. */
  read(follower: Follower | undefined): OperatorFunction<Uint8Array, T>;
  /** The usage that a value of the answer reports. */
  usage(this: void, value: T): Usage | undefined;
  /** Called with the usage when it is known. */
  used?(usage: Usage): void;
  /**
   * Called for each attempt when it leaves the queue. An error that it throws ends the request before anything is sent.
   */
  meter?(attempt: Job): AttemptMeter<T>;
  /** The caller's label for the request, for its events. */
  readonly tag?: string | undefined;
  readonly timeouts: Timeouts;
  /** Whether its answer is not being read just now, or when it was read again. */
  readonly isPaused?: IsPaused | undefined;
  readonly retry: RetryConfig;
  /** Whether the subscriber gets `state` tokens. */
  readonly lifecycle: boolean;
  /** How long newer, more urgent requests can overtake it, in place of its priority's slack, in milliseconds. */
  readonly slack?: number | undefined;
  /** Its original `max_completion_tokens`, if that was lowered to fit. */
  readonly fittedFrom?: number | undefined;
  /** Changes of its place, subscribed to while it waits. */
  readonly place$?: Observable<Place> | undefined;
  /** Emits the error that ends it. */
  readonly cancelled$?: Observable<unknown> | undefined;
}

/** The timeouts of the phases of a request, in milliseconds. `Infinity` disables a timeout. */
export interface Timeouts extends AnswerTimeouts {
  /** From when the request is made until an attempt is admitted, whether or not it is in the queue all that time. */
  readonly queue?: number | undefined;
}

/** Makes the attempts of a request. */
export interface Attempter {
  /** An attempt has left the queue, and its answer is pending. */
  answering(answer: Failing): void;
}

/** An answer that can be ended with an error, which keeps the part that had arrived. */
export type Failing = Pick<Answering<Job, unknown>, 'fail'>;

/** One attempt of a call: a job with the subscriber of its answer. */
export interface Attempt<T = unknown> extends Job {
  readonly call: Call<T>;
  readonly by: Attempter;
  /** Closing it removes the job from the queue, or cancels its HTTP request. */
  readonly lifetime: Subscriber<T | StateToken>;
}
