import type { AnswerNotTakenError } from './AnswerNotTakenError.ts';
import type { BudgetExceededError } from './BudgetExceededError.ts';
import type { CancelledError } from './CancelledError.ts';
import type { ClosedError } from './ClosedError.ts';
import type { ConnectionError } from './ConnectionError.ts';
import type { ContextLengthError } from './ContextLengthError.ts';
import { type GroqError, isGroqError } from './GroqError.ts';
import type { HttpError } from './HttpError.ts';
import type { ModelRetiredError } from './ModelRetiredError.ts';
import type { ProtocolError } from './ProtocolError.ts';
import type { QueueFullError } from './QueueFullError.ts';
import type { RateLimitError } from './RateLimitError.ts';
import type { RequestTooLargeError } from './RequestTooLargeError.ts';
import type { SlowConsumerError } from './SlowConsumerError.ts';
import type { StoreError } from './StoreError.ts';
import type { TimeoutError } from './TimeoutError.ts';
import type { TruncatedStreamError } from './TruncatedStreamError.ts';
import type { ValidationError } from './ValidationError.ts';

// Codes rather than instanceof: an application may hold two copies of the package, one imported and one required.
const has =
  <E extends GroqError>(...codes: readonly E['code'][]) =>
  (error: unknown): error is E =>
    isGroqError(error) && codes.includes(error.code);

export const isValidationError = has<ValidationError>('GROQ_ERR_VALIDATION');
export const isRequestTooLargeError = has<RequestTooLargeError>('GROQ_ERR_REQUEST_TOO_LARGE');
/** Also true for a {@link RateLimitError}. */
export const isHttpError = has<HttpError>('GROQ_ERR_HTTP', 'GROQ_ERR_RATE_LIMIT');
export const isRateLimitError = has<RateLimitError>('GROQ_ERR_RATE_LIMIT');
export const isConnectionError = has<ConnectionError>('GROQ_ERR_CONNECTION');
export const isProtocolError = has<ProtocolError>('GROQ_ERR_PROTOCOL');
export const isTruncatedStreamError = has<TruncatedStreamError>('GROQ_ERR_TRUNCATED_STREAM');
export const isTimeoutError = has<TimeoutError>('GROQ_ERR_TIMEOUT');
export const isCancelledError = has<CancelledError>('GROQ_ERR_CANCELLED');
export const isClosedError = has<ClosedError>('GROQ_ERR_CLOSED');
export const isModelRetiredError = has<ModelRetiredError>('GROQ_ERR_MODEL_RETIRED');
export const isAnswerNotTakenError = has<AnswerNotTakenError>('GROQ_ERR_ANSWER_NOT_TAKEN');
export const isQueueFullError = has<QueueFullError>('GROQ_ERR_QUEUE_FULL');
export const isSlowConsumerError = has<SlowConsumerError>('GROQ_ERR_SLOW_CONSUMER');
export const isStoreError = has<StoreError>('GROQ_ERR_STORE');
export const isContextLengthError = has<ContextLengthError>('GROQ_ERR_CONTEXT_LENGTH');
export const isBudgetExceededError = has<BudgetExceededError>('GROQ_ERR_BUDGET_EXCEEDED');
