import type { Observable } from 'rxjs';
import type * as z from 'zod';
import type { Place } from '../model/Place.ts';
import type { Priority } from '../model/Priority.ts';
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

/** What a single call may be told. */
export interface CallOptions {
  /**
   * How urgent it is. Everything is low unless it is marked, so whatever is marked goes first; `background` is for
   * bulk work.
   *
   * @default 'low'
   */
  readonly priority?: Priority | undefined;
  /** On whose behalf it is made: tenants are served in turn. */
  readonly tenant?: string | undefined;
  /** What it is for, in words of your own: usage is added up by it. See {@link Groq.usageBy}. */
  readonly tag?: string | undefined;
  /** For how long it lets more urgent requests go first, in milliseconds. @default that of its priority */
  readonly slack?: number | undefined;
  /** Changes its priority, tenant or slack while it waits. It keeps the time at which it was asked for. */
  readonly place$?: Observable<Place> | undefined;
  /** Ends it with a {@link CancelledError} when aborted. Unsubscribing does the same without an error. */
  readonly signal?: AbortSignal | undefined;
  /** In place of that of the client. */
  readonly fitOutput?: FitOutput | undefined;
  /** Merged into those of the client. */
  readonly timeouts?: Timeouts | undefined;
  /** Merged into that of the client. */
  readonly retry?: RetryOptions | undefined;
}

/** What a call may be told whose answer comes in pieces. */
export interface StreamOptions extends CallOptions, FlowOptions {}

/** What {@link Groq.chat} may be told. */
export interface ChatOptions extends StreamOptions {
  /**
   * Whether to tell where the request is, in `state` tokens among the others.
   *
   * @default false
   */
  readonly lifecycle?: boolean | undefined;
}

/** @throws {ValidationError} that names the option, what was expected and what was got. */
export type CheckOptions = (options: CallOptions) => void;

/** Most calls have no options, and need no schema. */
const checkBy =
  (schema: z.ZodType): CheckOptions =>
  (options) => {
    if (Object.keys(options).length === 0) return;
    checked(schema, options, 'The options of the call', 'Correct the option: nothing was sent.');
  };

export const checkCallOptions = checkBy(callOptionsSchema);
export const checkStreamOptions = checkBy(streamOptionsSchema);
export const checkChatOptions = checkBy(chatOptionsSchema);
export const checkAskOptions = checkBy(askOptionsSchema);
export const checkAnswersOptions = checkBy(answersOptionsSchema);
