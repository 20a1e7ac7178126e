import type { Dimension } from './Dimension.ts';
import type { ModelId } from './Models.ts';
import type { Usage } from './Usage.ts';

/** What can happen to a request. */
export type GroqEventDetail =
  /** It waits in the queue: for each attempt, and again when `place$` has changed its place. */
  | { readonly type: 'queued' }
  /** Its `max_completion_tokens` was lowered by `fitOutput`. */
  | { readonly type: 'output-fitted'; readonly from: number; readonly to: number }
  /** It was admitted `waited` milliseconds after it was made. `attempt` is 1 for the first attempt. */
  | { readonly type: 'admitted'; readonly waited: number; readonly attempt: number }
  /** The connection is established and the request is being sent. */
  | { readonly type: 'connected' }
  /** It failed with the error `code` and is retried in `delay` milliseconds. */
  | { readonly type: 'retrying'; readonly code: string; readonly delay: number }
  /** The server reported that a limit was hit. The request goes back to its place in the queue. */
  | { readonly type: 'rate-limited'; readonly dimension?: Dimension | undefined }
  /** The answer was delivered completely. The subscriber may have unsubscribed on its last value. */
  | { readonly type: 'finished'; readonly usage?: Usage | undefined }
  /** It failed with the error `code`. */
  | { readonly type: 'failed'; readonly code: string }
  /** The subscriber unsubscribed before the end, or the `signal` of the call was aborted. */
  | { readonly type: 'cancelled' };

/** Something that happened to a request. Events never contain prompts or model output. */
export type GroqEvent = GroqEventDetail & {
  /** The number of the request, in order of arrival. */
  readonly seq: number;
  readonly model: ModelId;
  readonly tenant?: string | undefined;
  /** The tag of its call. */
  readonly tag?: string | undefined;
  /** The time, in milliseconds of the scheduler's clock. */
  readonly at: number;
};
