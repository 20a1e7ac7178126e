import type { Dimension } from '../model/Dimension.ts';
import { HttpError, type HttpErrorBody, type HttpErrorOptions } from './HttpError.ts';

/**
 * Groq answered 429 although the request was admitted: somebody else uses the same organization's quota, or the limits
 * were lowered. The client corrects its buckets and sends the request again in its old place, so nobody sees this
 * error while the time to wait, `timeouts.queue`, allows.
 */
export class RateLimitError extends HttpError {
  override readonly name = 'RateLimitError';
  override readonly code = 'GROQ_ERR_RATE_LIMIT';
  /** Which limit was hit, where the message says so, what it is and how much of it is used. */
  declare readonly dimension?: Dimension;
  declare readonly limit?: number;
  declare readonly used?: number;
  /** What the request would have been charged. */
  declare readonly requested?: number;

  constructor(body: HttpErrorBody, { dimension, limit, used, requested, ...options }: RateLimitErrorOptions) {
    super(429, body, options);
    if (dimension !== undefined) this.dimension = dimension;
    if (limit !== undefined) this.limit = limit;
    if (used !== undefined) this.used = used;
    if (requested !== undefined) this.requested = requested;
  }
}

/** What a {@link RateLimitError} tells beyond other answers. */
export interface RateLimitErrorOptions extends HttpErrorOptions {
  readonly dimension?: Dimension | undefined;
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
  readonly requested?: number | undefined;
}
