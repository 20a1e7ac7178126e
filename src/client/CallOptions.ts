import type { Observable } from 'rxjs';
import type * as z from 'zod';
import type { Place } from '../model/Place.ts';
import type { Priority } from '../model/Priority.ts';
import { isObject } from '../rules/isObject.ts';
import { checked } from '../rules/request/validation.ts';
import type { Timeouts } from '../scheduler/Attempt.ts';
import type { FlowOptions } from './FlowOptions.ts';
import type { FitOutput } from './OutputFits.ts';
import type { RetryOptions } from './options.ts';
import {
  answersOptionsSchema,
  askOptionsSchema,
  callOptionsSchema,
  chatOptionsSchema,
  streamOptionsSchema,
} from './optionsSchema.ts';

/** Options of a single call. */
export interface CallOptions {
  /**
   * How urgent the request is. The default is `low`, so requests that you mark as `high` or `normal` go first;
   * `background` is for bulk work.
   *
   * @default 'low'
   */
  readonly priority?: Priority | undefined;
  /** The tenant (user or customer) that the request is made for. Tenants are served in turn. */
  readonly tenant?: string | undefined;
  /**
   * A label of your own for the request. Its events carry it, and usage is totalled by it, see {@link Groq.usageBy}.
   */
  readonly tag?: string | undefined;
  /** How long newer, more urgent requests can overtake it, in milliseconds. @default the slack of its priority */
  readonly slack?: number | undefined;
  /**
   * Changes the priority, tenant or slack while the request waits. The request keeps its arrival time. An error of the
   * source ends a waiting request.
   */
  readonly place$?: Observable<Place> | undefined;
  /** Ends the request with a {@link CancelledError} when aborted. Unsubscribing cancels it without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces the client's `fitOutput`. */
  readonly fitOutput?: FitOutput | undefined;
  /** Overrides fields of the client's `timeouts`. */
  readonly timeouts?: Timeouts | undefined;
  /** Overrides fields of the client's `retry`. */
  readonly retry?: RetryOptions | undefined;
}

/** Options of a call with a streamed answer. */
export interface StreamOptions extends CallOptions, FlowOptions {}

/** Options of {@link Groq.chat}. */
export interface ChatOptions extends StreamOptions {
  /**
   * Whether to also emit `state` tokens, which report the progress of the request.
   *
   * @default false
   */
  readonly lifecycle?: boolean | undefined;
}

/** @throws {ValidationError} with the option, what was expected and what was given. */
export type CheckOptions = (options: CallOptions) => void;

const checkBy =
  (schema: z.ZodType): CheckOptions =>
  (options) => {
    // Most calls have no options, and need no schema.
    if (isEmpty(options)) return;
    checked(schema, options, 'The options of the call', 'Correct the option; the request was not sent.');
  };

/** Whether it is an object literal without properties: an `AbortSignal`, for example, has none of its own either. */
function isEmpty(options: unknown): boolean {
  return isObject(options) && Object.getPrototypeOf(options) === Object.prototype && Object.keys(options).length === 0;
}

export const checkCallOptions = checkBy(callOptionsSchema);
export const checkStreamOptions = checkBy(streamOptionsSchema);
export const checkChatOptions = checkBy(chatOptionsSchema);
export const checkAskOptions = checkBy(askOptionsSchema);
export const checkAnswersOptions = checkBy(answersOptionsSchema);
