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

/** What is asked for, apart from when it came and how often it was tried. */
export interface Call<T> extends Pick<Job, 'model' | 'request' | 'cost' | 'priority' | 'tenant'> {
  /** What is sent. Asked for when it is sent, so that nothing is kept twice while it waits. */
  wire(): WireRequest;
  /** How the body of an answer is read, and who follows that. Asked for at each attempt. */
  read(follower: Follower | undefined): OperatorFunction<Uint8Array, T>;
  /** What a value of the answer says was used. */
  usage(this: void, value: T): Usage | undefined;
  /** Hears what was used, once it is known. */
  used?(usage: Usage): void;
  /** Asked at each attempt when it leaves the queue. What it throws ends the request, before anything was sent. */
  meter?(attempt: Job): AttemptMeter<T>;
  /** What it is for, in the words of the one who asks: its events tell. */
  readonly tag?: string | undefined;
  readonly timeouts: Timeouts;
  /** Whether its answer is not being read just now, or when it was read again. */
  readonly isPaused?: IsPaused | undefined;
  readonly retry: RetryConfig;
  /** Whether the subscriber wants to hear where the request is. */
  readonly lifecycle: boolean;
  /** For how long it lets more urgent ones go first, in place of its priority's slack, in milliseconds. */
  readonly slack?: number | undefined;
  /** What its `max_completion_tokens` was, when it was lowered to fit. */
  readonly fittedFrom?: number | undefined;
  /** Changes of its place, heard while it waits. */
  readonly place$?: Observable<Place> | undefined;
  /** Emits the error with which it is to end. */
  readonly cancelled$?: Observable<unknown> | undefined;
}

/** How long each part of a request may take, in milliseconds. `Infinity` lets it take as long as it takes. */
export interface Timeouts extends AnswerTimeouts {
  /** From when it is asked for until an attempt is admitted, however much of that it was in the queue. */
  readonly queue?: number | undefined;
}

/** Who makes the attempts of a request. */
export interface Attempter {
  /** An attempt has left the queue, and its answer is under way. */
  answering(answer: Failing): void;
}

/** An answer that can be ended with an error, which keeps what had come of it. */
export type Failing = Pick<Answering<Job, unknown>, 'fail'>;

/** One try of a call: a job, with the one who is to hear the answer. */
export interface Attempt<T = unknown> extends Job {
  readonly call: Call<T>;
  readonly by: Attempter;
  /** Closing it takes the job out of the queue, or its request off the wire. */
  readonly lifetime: Subscriber<T | StateToken>;
}
