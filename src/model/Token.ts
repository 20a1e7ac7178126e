import type { AssistantMessage } from './ChatRequest.ts';
import type { FinishReason } from './Chunk.ts';
import type { Usage } from './Usage.ts';

/** A piece of the text that the model writes. */
export interface TextToken {
  readonly type: 'text';
  readonly text: string;
}

/** A piece of what the model thinks before it writes. */
export interface ReasoningToken {
  readonly type: 'reasoning';
  readonly text: string;
}

/** A tool that the model wants to be called: once, whole, with its arguments as JSON text. */
export interface ToolCallToken {
  readonly type: 'tool-call';
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** How a completion ended: the last token of every answer, exactly once. */
export interface FinishToken {
  readonly type: 'finish';
  /** `unknown` when the server ended the stream without naming a reason. */
  readonly reason: FinishReason | 'unknown' | (string & {});
  readonly usage?: Usage;
  /** The id of the completion, `chatcmpl-…`. */
  readonly id: string;
  readonly model: string;
}

/** What an answer is made of. */
export type Token = TextToken | ReasoningToken | ToolCallToken | FinishToken;

/** Where a request is on its way, for those who asked for it with `lifecycle: true`. */
export type StateToken =
  | QueuedToken
  | { readonly type: 'state'; readonly state: 'admitted' }
  | { readonly type: 'state'; readonly state: 'connected' }
  /** It is tried again in so many milliseconds, unless it has to wait then. */
  | { readonly type: 'state'; readonly state: 'retrying'; readonly startsInMs: number };

/** It waits for its turn. What it can expect is told as soon as that is known, and again when it changes. */
export interface QueuedToken {
  readonly type: 'state';
  readonly state: 'queued';
  /** How many requests start before this one. */
  readonly position?: number;
  /**
   * In how many milliseconds it is expected to start. Absent while nobody can tell: all places in flight are taken, say.
   */
  readonly startsInMs?: number;
}

/** The message of a completion. */
export interface AnswerMessage extends AssistantMessage {
  /** Absent when the model says nothing, as when it only calls tools. */
  content?: string;
}

/** The whole of a completion. */
export interface Answer {
  /** Can be sent back in the `messages` of the next request as it is. */
  readonly message: AnswerMessage;
  readonly finish_reason: FinishToken['reason'];
  readonly usage?: Usage;
  readonly id: string;
  readonly model: string;
}

/** A completion as far as it has come. */
export interface AnswerSnapshot {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCallToken[];
  /** Absent until the completion has ended. */
  readonly finish?: FinishToken;
}
