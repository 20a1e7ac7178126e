import type { AssistantMessage } from './ChatRequest.ts';
import type { FinishReason } from './Chunk.ts';
import type { Usage } from './Usage.ts';

/** A piece of the answer's text. */
export interface TextToken {
  readonly type: 'text';
  readonly text: string;
}

/** A piece of the model's reasoning. */
export interface ReasoningToken {
  readonly type: 'reasoning';
  readonly text: string;
}

/** A tool call of the model, emitted once when it is complete, with its arguments as JSON text. */
export interface ToolCallToken {
  readonly type: 'tool-call';
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The end of a completion: the last token of every answer, emitted exactly once. */
export interface FinishToken {
  readonly type: 'finish';
  /** `unknown` if the server ended the stream without a reason. */
  readonly reason: FinishReason | 'unknown' | (string & {});
  readonly usage?: Usage;
  /** The id of the completion, `chatcmpl-…`. */
  readonly id: string;
  readonly model: string;
}

/** A token of an answer. */
export type Token = TextToken | ReasoningToken | ToolCallToken | FinishToken;

/** The progress of a request, emitted with `lifecycle: true`. */
export type StateToken =
  | QueuedToken
  | { readonly type: 'state'; readonly state: 'admitted' }
  | { readonly type: 'state'; readonly state: 'connected' }
  /** It is retried in `startsInMs` milliseconds, unless it must wait in the queue then. */
  | { readonly type: 'state'; readonly state: 'retrying'; readonly startsInMs: number };

/**
 * The request waits in the queue. Its position and start are reported as soon as they are known, and again when they
 * change.
 */
export interface QueuedToken {
  readonly type: 'state';
  readonly state: 'queued';
  /** How many requests start before this one. */
  readonly position?: number;
  /**
   * The expected time until it starts, in milliseconds. Absent while it is unknown, for example while `maxInFlight`
   * requests are in flight.
   */
  readonly startsInMs?: number;
}

/** The message of a completion. */
export interface AnswerMessage extends AssistantMessage {
  /** Absent if the model only calls tools. */
  content?: string;
}

/** A complete answer. */
export interface Answer {
  /** Can be sent back unchanged in the `messages` of the next request. */
  readonly message: AnswerMessage;
  readonly finish_reason: FinishToken['reason'];
  readonly usage?: Usage;
  readonly id: string;
  readonly model: string;
}

/** The part of an answer that has arrived so far. */
export interface AnswerSnapshot {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCallToken[];
  /** Absent until the answer is complete. */
  readonly finish?: FinishToken;
}
