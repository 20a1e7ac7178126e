import type { Token } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import type { Draft } from './Draft.ts';

/** The values in every chunk of an answer. */
export interface Head {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly seed: number;
  readonly serviceTier: string;
}

type Shown = Exclude<Token, { type: 'finish' }>;

/** The part of a chunk that is the same in all of them, in Groq's order. */
function chunkHead({ id, created, model, fingerprint }: Head): object {
  return { id, object: 'chat.completion.chunk', created, model, system_fingerprint: fingerprint };
}

function chunk(head: Head, delta: object, finish_reason: string | null, more: object = {}): object {
  return { ...chunkHead(head), choices: [{ index: 0, delta, logprobs: null, finish_reason }], ...more };
}

/** The chunk before the first token. Its content is null before a tool call, except for gpt-oss. */
export function firstChunk(head: Head, draft: Draft): object {
  const calls = draft.pieces.find(({ token }) => token !== undefined)?.token?.type === 'tool-call';
  const content = calls && !head.model.startsWith('openai/') ? null : '';
  return chunk(head, { role: 'assistant', content }, null, { x_groq: { id: head.requestId, seed: head.seed } });
}

/** The chunk of one token. A tool call is a single chunk. */
export function tokenChunk(head: Head, token: Shown): object {
  switch (token.type) {
    case 'text':
      return chunk(head, { content: token.text }, null);
    case 'reasoning': {
      const channel = head.model.startsWith('openai/') ? { channel: 'analysis' } : {};
      return chunk(head, { reasoning: token.text, ...channel }, null);
    }
    case 'tool-call':
      return chunk(head, { tool_calls: [{ ...toolCall(token), index: token.index }] }, null);
  }
}

/** The chunk after the last token. It contains the usage twice, whether it was requested or not. */
export function lastChunk(head: Head, finish: string, usage: Usage): object {
  return chunk(head, {}, finish, { x_groq: { id: head.requestId, usage }, usage });
}

/** The chunk that `stream_options.include_usage` adds. */
export function usageChunk(head: Head, usage: Usage): object {
  return { ...chunkHead(head), choices: [], usage, service_tier: head.serviceTier };
}

/** A complete answer that is not streamed, with its fields in Groq's order. */
export function wholeCompletion(head: Head, draft: Draft, usage: Usage): object {
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [{ index: 0, message: messageOf(draft), logprobs: null, finish_reason: draft.finish }],
    usage,
    usage_breakdown: null,
    system_fingerprint: head.fingerprint,
    x_groq: { id: head.requestId, seed: head.seed },
    service_tier: head.serviceTier,
  };
}

/** The message has no content if it only calls tools. */
function messageOf({ pieces }: Draft): object {
  let content = '';
  let reasoning = '';
  const tool_calls: object[] = [];
  for (const { token } of pieces) {
    if (token?.type === 'text') content += token.text;
    else if (token?.type === 'reasoning') reasoning += token.text;
    else if (token?.type === 'tool-call') tool_calls.push(toolCall(token));
  }
  return {
    role: 'assistant',
    ...((content !== '' || tool_calls.length === 0) && { content }),
    ...(reasoning !== '' && { reasoning }),
    ...(tool_calls.length > 0 && { tool_calls }),
  };
}

function toolCall({ id, name, arguments: args }: Extract<Token, { type: 'tool-call' }>): object {
  return { id, type: 'function', function: { name, arguments: args } };
}

/** Frames a chunk as an event of a stream. */
export function dataEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** The event that ends a stream. */
export const DONE_EVENT = 'data: [DONE]\n\n';

/** The last event of a stream that has failed. */
export function errorEvent(error: object): string {
  return `event: error\ndata: ${JSON.stringify({ error })}\n\n`;
}
