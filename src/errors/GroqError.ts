import type { AnswerSnapshot } from '../model/Token.ts';

const BRAND = Symbol.for('rxgroq.GroqError');

/** The codes of all errors of this package. */
export type GroqErrorCode =
  | 'GROQ_ERR_ANSWER_NOT_TAKEN'
  | 'GROQ_ERR_BUDGET_EXCEEDED'
  | 'GROQ_ERR_CANCELLED'
  | 'GROQ_ERR_CLOSED'
  | 'GROQ_ERR_CONNECTION'
  | 'GROQ_ERR_CONTEXT_LENGTH'
  | 'GROQ_ERR_HTTP'
  | 'GROQ_ERR_MODEL_RETIRED'
  | 'GROQ_ERR_PROTOCOL'
  | 'GROQ_ERR_QUEUE_FULL'
  | 'GROQ_ERR_RATE_LIMIT'
  | 'GROQ_ERR_REQUEST_TOO_LARGE'
  | 'GROQ_ERR_SLOW_CONSUMER'
  | 'GROQ_ERR_STORE'
  | 'GROQ_ERR_TIMEOUT'
  | 'GROQ_ERR_TRUNCATED_STREAM'
  | 'GROQ_ERR_VALIDATION';

/** Options of every error of this package. */
export interface GroqErrorOptions extends ErrorOptions {
  /** What to do, as a complete sentence. It is the end of the message. */
  readonly advice: string;
  /** The model of the request. */
  readonly model?: string | undefined;
  /** Groq's id of the request, from the header `x-request-id`. */
  readonly requestId?: string | undefined;
}

/**
 * The base class of every error of a request.
 *
 * Errors never contain the key, the body of a request, its prompt or the model's output, except in {@link
 * GroqError.partial}, which is not enumerable. A message that comes from Groq may quote a part of them.
 */
export abstract class GroqError extends Error {
  // Written out, since minifiers shorten class names.
  abstract override readonly name: string;
  /** A stable code for programs. It does not change with the wording of the message. */
  abstract readonly code: GroqErrorCode;
  readonly advice: string;
  declare readonly model?: string;
  declare readonly requestId?: string;
  /**
   * The part of the answer that had arrived, if the answer broke off after it had begun. Not enumerable, so that logged
   * errors do not contain it. {@link continueFrom} continues it.
   */
  declare readonly partial?: AnswerSnapshot;

  constructor(message: string, { advice, model, requestId, ...options }: GroqErrorOptions) {
    super(`${message} ${advice}`, options);
    this.advice = advice;
    if (model !== undefined) this.model = model;
    if (requestId !== undefined) this.requestId = requestId;
    // Lets two copies of the package, one imported and one required, recognize each other's errors.
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Adds the request to an error that does not name it yet. */
export function attribute(error: unknown, request: Pick<GroqErrorOptions, 'model' | 'requestId'>): void {
  if (!isGroqError(error)) return;
  for (const field of ['model', 'requestId'] as const) {
    const value = request[field];
    if (value === undefined || error[field] !== undefined) continue;
    Object.defineProperty(error, field, { value, enumerable: true, configurable: true, writable: true });
  }
}

/** Stores the part of the answer that had arrived in the error that ends it. */
export function keepPartial(error: unknown, partial: AnswerSnapshot): void {
  if (isGroqError(error) && error.partial === undefined) Object.defineProperty(error, 'partial', { value: partial });
}

/** Whether a value is an error of this package, from any copy of it. */
export function isGroqError(value: unknown): value is GroqError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
