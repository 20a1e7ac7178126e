import type { Dimension } from './Dimension.ts';
import type { ModelId } from './Models.ts';
import type { Usage } from './Usage.ts';

/** What can happen to a request. */
export type GroqEventDetail =
  | { readonly type: 'queued' }
  /** Its `max_completion_tokens` was lowered, so that it fits. */
  | { readonly type: 'output-fitted'; readonly from: number; readonly to: number }
  /** After how many milliseconds since it was asked for, and which attempt it is. */
  | { readonly type: 'admitted'; readonly waited: number; readonly attempt: number }
  /** The connection is there and the request is on the wire. */
  | { readonly type: 'connected' }
  /** After which error, by its code, and in how many milliseconds. */
  | { readonly type: 'retrying'; readonly code: string; readonly delay: number }
  /** The server said that a limit was hit. The request goes back to its place. */
  | { readonly type: 'rate-limited'; readonly dimension?: Dimension | undefined }
  /** The answer was delivered to its end, though the subscriber may have left with its last value. */
  | { readonly type: 'finished'; readonly usage?: Usage | undefined }
  /** With which error, by its code. */
  | { readonly type: 'failed'; readonly code: string }
  /** The subscriber left before the end. */
  | { readonly type: 'cancelled' };

/** Something that happened to a request. No event holds a prompt or what a model wrote. */
export type GroqEvent = GroqEventDetail & {
  /** The number of the request, in order of arrival. */
  readonly seq: number;
  readonly model: ModelId;
  readonly tenant?: string | undefined;
  /** When, in the milliseconds of the scheduler's clock. */
  readonly at: number;
};
