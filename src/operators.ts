/* Operators on tokens */

export { answer } from './operators/answer.ts';
export { type BackpressureOptions, type IterateConfig, iterate } from './operators/iterate.ts';
export { snapshots } from './operators/snapshots.ts';
export { text } from './operators/text.ts';

/* Operators on requests and on what is answered */

export { type CountTokensConfig, countTokens } from './operators/countTokens.ts';
export { parseAnswer } from './operators/parseAnswer.ts';
export { type ParseEventsConfig, parseEvents } from './operators/parseEvents.ts';
export { type PrioritizeConfig, prioritize } from './operators/prioritize.ts';
export { type RetryConfig, type RetryHooks, type RetryInfo, retryWithBackoff } from './operators/retryWithBackoff.ts';
export { type Answering, type SendConfig, send } from './operators/send.ts';
export { type ThrottleByBucketConfig, throttleByBucket } from './operators/throttleByBucket.ts';
export { type AnswerTimeouts, type TimeoutsConfig, timeouts } from './operators/timeouts.ts';
export { toChunks } from './operators/toChunks.ts';
export { type ToTokensConfig, toTokens } from './operators/toTokens.ts';
export { type TrimConfig, trim } from './operators/trim.ts';
export { trimTo } from './operators/trimTo.ts';
export { validate } from './operators/validate.ts';

/* What they need */

export { constantCounter } from './adapters/constantCounter.ts';
export { type Llama3Tokenizer, llama3Counter } from './adapters/llama3Counter.ts';
export { type MemoryLimitStore, type MemoryLimitStoreConfig, memoryLimitStore } from './adapters/memoryLimitStore.ts';
export { roughCounter } from './adapters/roughCounter.ts';
export { type TiktokenCounter, type TiktokenCounterOptions, tiktokenCounter } from './adapters/tiktokenCounter.ts';
export { type ClosableTransport, type UndiciTransportConfig, undiciTransport } from './adapters/undiciTransport.ts';
export { type UnlimitedStoreConfig, unlimitedStore } from './adapters/unlimitedStore.ts';

/* Ports */

export type { TokenCount } from './model/TokenCount.ts';
export type { Random } from './ports/clock.ts';
export type { LimitChange, LimitStore } from './ports/LimitStore.ts';
export type { TokenCounter } from './ports/TokenCounter.ts';
export type { Transport, WireEvent, WireRequest } from './ports/Transport.ts';

/* Around a request */

export { type AudioRest, audioSeconds } from './rules/counting/audio/audioSeconds.ts';

/* Types */

export type { AttemptEnd, AttemptMeter } from './model/AttemptMeter.ts';
export type { Backlog, Overflow, Ticket } from './model/Backlog.ts';
export type { ChatRequest, Message } from './model/ChatRequest.ts';
export type { ChatCompletionChunk, ServerEvent } from './model/Chunk.ts';
export type { Cost } from './model/Cost.ts';
export type { Dimension } from './model/Dimension.ts';
export type { Grant } from './model/Grant.ts';
export type { Job, Lifetime } from './model/Job.ts';
export type { HeaderLevel, LimitHeaders } from './model/LimitHeaders.ts';
export type { BucketLevel, LimitKey, Limits } from './model/Limits.ts';
export type { ChatModelId, ModelId } from './model/Models.ts';
export type { LimitTold, Outcome, Rejection } from './model/Outcome.ts';
export type { Pacing, Priority, Slack } from './model/Priority.ts';
export type { Reservation } from './model/Reservation.ts';
export type { Answer, AnswerMessage, AnswerSnapshot, StateToken, Token } from './model/Token.ts';
export type { Usage } from './model/Usage.ts';
export type { Headroom, Verdict } from './model/Verdict.ts';
export type { WireHeaders } from './model/WireHeaders.ts';
export type { Follower, Reading, Written } from './model/Written.ts';
