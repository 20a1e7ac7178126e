import type { ChatCompletion, ChatCompletionChunk, Delta, FinishReason } from '../model/Chunk.ts';
import type { Usage } from '../model/Usage.ts';
import type { WireHeaders } from '../model/WireHeaders.ts';
import type { WireEvent } from '../ports/Transport.ts';

const encoder = new TextEncoder();

/**
 * Events of a transport, made by hand: the pieces of an answer for tests.
 *
 * ```ts
 * import { of } from 'rxjs';
 * import { fakeTransport, wire } from 'rxgroq/testing';
 *
 * // The first attempt meets a limit, the second one is answered.
 * fakeTransport({
 *   hi: (_, attempt) => (attempt === 0 ? of(wire.head(429, { 'retry-after': '2' }), wire.error('Rate limit')) : 'Hello!'),
 * });
 * ```
 */
export const wire = {
  /** The request is being sent. */
  sent: { type: 'sent' } as WireEvent,

  /** The head of an answer. */
  head: (status = 200, headers: WireHeaders = {}): WireEvent => ({ type: 'head', status, headers }),

  /** Raw text of the body. */
  data: (text: string): WireEvent => ({ type: 'data', bytes: encoder.encode(text) }),

  /** A chunk of a stream with a delta. The model is `m` unless given. */
  delta: (delta: Delta, model?: string): WireEvent => wire.data(event(chunk(delta, null, model))),

  /** A chunk of a stream with text. */
  text: (content: string): WireEvent => wire.delta({ content }),

  /** The last chunk of a stream. */
  finish: (reason: FinishReason | (string & {}) = 'stop', usage?: Partial<Usage>, model?: string): WireEvent =>
    wire.data(event({ ...chunk({}, reason, model), ...(usage && { usage: wire.usage(usage) }) })),

  /** The end of a stream, `[DONE]`. */
  done: { type: 'data', bytes: encoder.encode('data: [DONE]\n\n') } as WireEvent,

  /** An answer that is not streamed, in one piece. */
  completion: (
    message: Omit<ChatCompletion['choices'][number]['message'], 'role'>,
    about: Completed = {},
  ): WireEvent => {
    const { model = MODEL, reason = 'stop', usage = {} } = about;
    const choice = { index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: reason };
    const body = { id: 'chatcmpl-1', object: 'chat.completion', created: 0, model, choices: [choice] };
    return wire.data(JSON.stringify({ ...body, usage: wire.usage(usage) }));
  },

  /** The body of an answer with a status other than 200. */
  error: (message: string, code = 'invalid_request_error', type = code): WireEvent =>
    wire.data(JSON.stringify({ error: { message, type, code } })),

  usage: (usage: Partial<Usage> = {}): Usage => {
    const { prompt_tokens: prompt = 1, completion_tokens: completion = 1 } = usage;
    return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, ...usage };
  },
};

/** The default model of an answer. */
const MODEL = 'm';

/** The details of an answer in one piece. */
export interface Completed {
  readonly model?: string | undefined;
  readonly reason?: FinishReason | (string & {}) | undefined;
  readonly usage?: Partial<Usage> | undefined;
}

const chunk = (
  delta: Delta,
  finish_reason: FinishReason | (string & {}) | null,
  model = MODEL,
): ChatCompletionChunk => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 0,
  model,
  system_fingerprint: null,
  choices: [{ index: 0, delta, logprobs: null, finish_reason }],
});

const event = (chunk: ChatCompletionChunk): string => `data: ${JSON.stringify(chunk)}\n\n`;
