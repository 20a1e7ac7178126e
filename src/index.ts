/* Client */

export type { Answered, AnswerResult, AnswersOptions } from './client/answers.ts';
export type { Budget, BudgetOptions } from './client/Budgets.ts';
export type { CallOptions, ChatOptions, StreamOptions } from './client/CallOptions.ts';
export type { ConnectionOptions } from './client/ConnectionOptions.ts';
export { createGroq } from './client/createGroq.ts';
export type { FlowOptions } from './client/FlowOptions.ts';
export type { Groq } from './client/Groq.ts';
export type { Health } from './client/health.ts';
export type { IterableObservable } from './client/IterableObservable.ts';
export { loadConfig } from './client/loadConfig.ts';
export type { Model } from './client/models.ts';
export type { GroqOptions, RetryOptions } from './client/options.ts';
export type { BackpressureOptions } from './operators/iterate.ts';

/* Operators on tokens */

export { answer } from './operators/answer.ts';
export { snapshots } from './operators/snapshots.ts';
export { text } from './operators/text.ts';

/* Around a request */

export { type TrimConfig, trim } from './operators/trim.ts';
export { trimTo } from './operators/trimTo.ts';
export { type AudioRest, audioSeconds } from './rules/counting/audio/audioSeconds.ts';
export { type BrokenOff, continueFrom } from './rules/request/continueFrom.ts';
export { type UsageCostOptions, usageCost } from './rules/usage/usageCost.ts';

/* Errors */

export { AnswerNotTakenError } from './errors/AnswerNotTakenError.ts';
export { BudgetExceededError, type BudgetState, type BudgetUnit } from './errors/BudgetExceededError.ts';
export { CancelledError } from './errors/CancelledError.ts';
export { ClosedError } from './errors/ClosedError.ts';
export { ConnectionError, type ConnectionErrorOptions } from './errors/ConnectionError.ts';
export { ContextLengthError, type LengthLimit, type Lengths } from './errors/ContextLengthError.ts';
export { GroqError, type GroqErrorCode, type GroqErrorOptions, isGroqError } from './errors/GroqError.ts';
export {
  isAnswerNotTakenError,
  isBudgetExceededError,
  isCancelledError,
  isClosedError,
  isConnectionError,
  isContextLengthError,
  isHttpError,
  isModelRetiredError,
  isProtocolError,
  isQueueFullError,
  isRateLimitError,
  isRequestTooLargeError,
  isSlowConsumerError,
  isStoreError,
  isTimeoutError,
  isTruncatedStreamError,
  isValidationError,
} from './errors/guards.ts';
export { HttpError, type HttpErrorBody, type HttpErrorOptions } from './errors/HttpError.ts';
export { ModelRetiredError } from './errors/ModelRetiredError.ts';
export { ProtocolError } from './errors/ProtocolError.ts';
export { QueueFullError } from './errors/QueueFullError.ts';
export { RateLimitError, type RateLimitErrorOptions } from './errors/RateLimitError.ts';
export { RequestTooLargeError } from './errors/RequestTooLargeError.ts';
export { SlowConsumerError } from './errors/SlowConsumerError.ts';
export { StoreError } from './errors/StoreError.ts';
export { TimeoutError, type TimeoutPhase } from './errors/TimeoutError.ts';
export { TruncatedStreamError } from './errors/TruncatedStreamError.ts';
export { ValidationError, type ValidationIssue } from './errors/ValidationError.ts';

/* Scheduler */

export type { AnswerTimeouts } from './operators/timeouts.ts';
export type { Random } from './ports/clock.ts';
export type { Attempt, Attempter, Call, Timeouts } from './scheduler/Attempt.ts';
export { RequestScheduler, type RequestSchedulerConfig } from './scheduler/RequestScheduler.ts';

/* Types */

export type { AttemptEnd, AttemptMeter } from './model/AttemptMeter.ts';
export type { Overflow } from './model/Backlog.ts';
export type {
  AssistantMessage,
  ChatInput,
  ChatRequest,
  ContentPart,
  DocumentPart,
  FunctionMessage,
  ImagePart,
  Message,
  ResponseFormat,
  SystemMessage,
  TextContent,
  TextPart,
  Tool,
  ToolCall,
  ToolChoice,
  ToolMessage,
  UserMessage,
} from './model/ChatRequest.ts';
export type { ChatCompletionChunk, FinishReason } from './model/Chunk.ts';
export type { Dimension } from './model/Dimension.ts';
export type { GroqEvent, GroqEventDetail } from './model/GroqEvent.ts';
export type { BucketLevel, Limits, Tier } from './model/Limits.ts';
export type { ChatModelId, ModelId, Price } from './model/Models.ts';
export type { Place } from './model/Place.ts';
export type { Pacing, Priority, Slack } from './model/Priority.ts';
export type { ModelStatus, Status, WaitingRequest } from './model/Status.ts';
export type {
  Answer,
  AnswerMessage,
  AnswerSnapshot,
  FinishToken,
  QueuedToken,
  ReasoningToken,
  StateToken,
  TextToken,
  Token,
  ToolCallToken,
} from './model/Token.ts';
export type { Usage } from './model/Usage.ts';
export type {
  TokensUsed,
  UsageFigure,
  UsageKey,
  UsageOrigin,
  UsageRecord,
  UsageSum,
  UsageTotal,
  UsageTotals,
} from './model/UsageRecord.ts';
export type { Follower, Reading, Written } from './model/Written.ts';
