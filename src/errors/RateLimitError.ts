import type { Dimension } from '../model/Dimension.ts';
import { HttpError, type HttpErrorBody, type HttpErrorOptions } from './HttpError.ts';

/**
 * Groq answered 429 although the client admitted the request: another client uses the same organization's quota, or the
 * limits were lowered. The client corrects its buckets and sends a chat request again from its old place, so this error
 * is only visible there if the answer had begun; a wait that exceeds `timeouts.queue` is a {@link TimeoutError}.
 * Requests that bypass the queue, such as the list of models, fail with it after their retries.
 */
export class RateLimitError extends HttpError {
  override readonly name = 'RateLimitError';
  override readonly code = 'GROQ_ERR_RATE_LIMIT';
  /** The limit that was hit, its value, and how much of it is used, if the message says so. */
  declare readonly dimension?: Dimension;
  declare readonly limit?: number;
  declare readonly used?: number;
  /** The charge for the request. */
  declare readonly requested?: number;

  constructor(body: HttpErrorBody, { dimension, limit, used, requested, ...options }: RateLimitErrorOptions) {
    super(429, body, options);
    if (dimension !== undefined) this.dimension = dimension;
    if (limit !== undefined) this.limit = limit;
    if (used !== undefined) this.used = used;
    if (requested !== undefined) this.requested = requested;
  }
}

/** Options of a {@link RateLimitError}. */
export interface RateLimitErrorOptions extends HttpErrorOptions {
  readonly dimension?: Dimension | undefined;
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
  readonly requested?: number | undefined;
}
