import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The fields of Groq's `error` object that are safe to keep. */
export interface HttpErrorBody {
  /** Groq's `error.message`, at most 4 KB of it. */
  readonly message?: string | undefined;
  /** Groq's `error.type`, such as `invalid_request_error`. */
  readonly type?: string | undefined;
  /** Groq's `error.code`, such as `model_not_found`. */
  readonly code?: string | undefined;
}

/** Options of an {@link HttpError}. */
export interface HttpErrorOptions extends GroqErrorOptions {
  readonly retryAfter?: number | undefined;
  readonly shouldRetry?: boolean | undefined;
}

/** Groq answered with a status other than 200, or with an error in the middle of a stream. */
export class HttpError extends GroqError {
  override readonly name: string = 'HttpError';
  readonly code: 'GROQ_ERR_HTTP' | 'GROQ_ERR_RATE_LIMIT' = 'GROQ_ERR_HTTP';
  readonly status: number;
  /** Groq's `error.type`. */
  declare readonly type?: string;
  /** Groq's `error.code`. */
  declare readonly groqCode?: string;
  /** How long the server asked to wait before the next attempt, in milliseconds. */
  declare readonly retryAfter?: number;
  /** The value of the header `x-should-retry`. */
  declare readonly shouldRetry?: boolean;

  constructor(status: number, body: HttpErrorBody, options: HttpErrorOptions) {
    const { retryAfter, shouldRetry, ...rest } = options;
    const label = [String(status), body.code ?? body.type].filter(Boolean).join(' ');
    super(
      `Groq answered ${label}: ${body.message ?? 'no message'}${/[.!?]$/.test(body.message ?? '') ? '' : '.'}`,
      rest,
    );
    this.status = status;
    if (body.type !== undefined) this.type = body.type;
    if (body.code !== undefined) this.groqCode = body.code;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
    if (shouldRetry !== undefined) this.shouldRetry = shouldRetry;
  }
}
