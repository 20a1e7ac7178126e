import type { Dimension } from '../model/Dimension.ts';
import { HttpError } from './HttpError.ts';

/**
 * Groq answered 429 although the request was admitted: somebody else uses the same organization's quota, or the limits
 * were lowered. The client corrects its buckets and sends the request again in its old place, so nobody sees this
 * error while the time to wait, `timeouts.queue`, allows.
 */
export class RateLimitError extends HttpError {
  override readonly code = 'GROQ_ERR_RATE_LIMIT';
  /** Which limit was hit, where the message says so. */
  readonly dimension?: Dimension;

  constructor(
    body: ConstructorParameters<typeof HttpError>[1],
    { dimension, ...options }: ConstructorParameters<typeof HttpError>[2] & { dimension?: Dimension | undefined },
  ) {
    super(429, body, options);
    if (dimension !== undefined) this.dimension = dimension;
  }
}
