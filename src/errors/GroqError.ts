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

/** What every error of this package can tell. */
export interface GroqErrorOptions extends ErrorOptions {
  /** What to do, as a whole sentence. It ends the message. */
  readonly advice: string;
  /** The model that was asked. */
  readonly model?: string | undefined;
  /** Groq's id of the request, from the header `x-request-id`. */
  readonly requestId?: string | undefined;
}

/**
 * The base of every error that this package raises.
 *
 * An error never holds the key, the body of a request, a text of its prompt or what the model wrote, with the one exception
 * of {@link GroqError.partial}, which is not enumerable. The message is Groq's, and may name a part of either.
 */
export abstract class GroqError extends Error {
  // Written out, since those who bundle for production shorten the names of classes.
  abstract override readonly name: string;
  /** Stable, for programs: it does not change when the wording of the message does. */
  abstract readonly code: GroqErrorCode;
  readonly advice: string;
  declare readonly model?: string;
  declare readonly requestId?: string;
  /**
   * What had come of the answer, when it broke off after it had begun. Not enumerable, so that logs of the error do not
   * hold it. {@link continueFrom} goes on from it.
   */
  declare readonly partial?: AnswerSnapshot;

  constructor(message: string, { advice, model, requestId, ...options }: GroqErrorOptions) {
    super(`${message} ${advice}`, options);
    this.advice = advice;
    if (model !== undefined) this.model = model;
    if (requestId !== undefined) this.requestId = requestId;
    // Two copies of the package, one imported and one required, know each other's errors by this.
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Says of an error which request it is about, as far as it does not say so itself. */
export function attribute(error: unknown, request: Pick<GroqErrorOptions, 'model' | 'requestId'>): void {
  if (!isGroqError(error)) return;
  for (const field of ['model', 'requestId'] as const) {
    const value = request[field];
    if (value === undefined || error[field] !== undefined) continue;
    Object.defineProperty(error, field, { value, enumerable: true, configurable: true, writable: true });
  }
}

/** Keeps with an error what had come of the answer that it ends. */
export function keepPartial(error: unknown, partial: AnswerSnapshot): void {
  if (isGroqError(error) && error.partial === undefined) Object.defineProperty(error, 'partial', { value: partial });
}

/** Whether a value is an error of this package, from whichever copy of it. */
export function isGroqError(value: unknown): value is GroqError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
