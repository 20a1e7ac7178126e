import { STATUS_CODES } from 'node:http';

type Headers = Readonly<Record<string, string | number>>;

/** The head of an answer. */
export const head = (status: number, headers: Headers = {}): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

/** A whole answer with its length. */
export const whole = (status: number, body: string, headers: Headers = {}): string =>
  head(status, { 'content-length': Buffer.byteLength(body), ...headers }) + body;

/** A whole answer of JSON. */
export const json = (status: number, body: unknown, headers: Headers = {}): string =>
  whole(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });

/** The head of a stream, whose body comes in chunks. */
export const STREAM_HEAD = head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' });

/** A piece of a body that comes in chunks. */
export const chunk = (bytes: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);

/** The end of a body that comes in chunks. */
export const LAST_CHUNK = '0\r\n\r\n';

/** An event of a stream. */
const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

/** An event with a piece of text. */
export const textEvent = (content: string): string =>
  event({ id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] });

/** The event that ends an answer. */
export const finishEvent = (usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }): string =>
  event({ id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage });

export const DONE_EVENT = 'data: [DONE]\n\n';

/** A completion that is not streamed. */
export const completion = (content: string): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 0,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
