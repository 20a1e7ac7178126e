import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** The answer of a simulator. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A chunk of a stream, with the fields that these tests use. */
export interface AnyChunk {
  readonly id: string;
  readonly choices: readonly {
    readonly delta: {
      role?: string;
      content?: string | null;
      reasoning?: string;
      channel?: string;
      tool_calls?: unknown[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: AnyUsage;
  readonly x_groq?: { id: string; seed?: number; usage?: AnyUsage };
  readonly service_tier?: string;
}

export interface AnyUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { cached_tokens: number };
  readonly completion_tokens_details?: { reasoning_tokens: number };
}

export const MODEL = 'openai/gpt-oss-20b';

/** A request for a completion: one user message to {@link MODEL}, and other fields. */
export function body(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { model: MODEL, messages: [{ role: 'user', content: 'Hello' }], ...more };
}

export interface AskOptions {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent unchanged, anything else as JSON. */
  readonly body?: unknown;
}

/** Sends a request and resolves with the answer when its headers have arrived. */
export function open(
  url: string,
  options: AskOptions = {},
): Promise<{ sent: ClientRequest; received: IncomingMessage }> {
  const { method = 'POST', path = '/chat/completions', headers = {}, body: payload } = options;
  const { port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path: path.startsWith('//') ? path.slice(1) : `${pathname}${path}`,
      headers: { authorization: 'Bearer gsk_test', 'content-type': 'application/json', ...headers },
      agent: false,
    });
    sent.on('error', reject);
    sent.on('response', (received) => {
      resolve({ sent, received });
    });
    sent.end(typeof payload === 'string' ? payload : payload === undefined ? undefined : JSON.stringify(payload));
  });
}

/** Reads an answer to its end; rejects when it is cut or reset. */
export async function readAll(received: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of received as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Reads an answer as far as possible, and returns how it ended. */
export async function readSome(received: IncomingMessage): Promise<{ text: string; error: string | undefined }> {
  let text = '';
  try {
    for await (const part of received as AsyncIterable<Buffer>) text += part.toString('utf8');
    return { text, error: undefined };
  } catch (error) {
    return { text, error: (error as NodeJS.ErrnoException).code };
  }
}

/** Sends a request and reads the whole answer. */
export async function ask(url: string, options: AskOptions = {}): Promise<Reply> {
  const { received } = await open(url, options);
  return { status: received.statusCode ?? 0, headers: received.headers, text: await readAll(received) };
}

/** The events of a stream, each the text after `data: `. */
export function events(text: string): string[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /, ''));
}

/** The chunks of a stream, without the `[DONE]` at its end. */
export function chunks(text: string): AnyChunk[] {
  return events(text)
    .filter((event) => event.startsWith('{'))
    .map((event) => JSON.parse(event) as AnyChunk);
}

/** The text of a stream. */
export function spoken(text: string): string {
  return chunks(text)
    .map((chunk) => chunk.choices[0]?.delta.content ?? '')
    .join('');
}

export function json(reply: { text: string }): unknown {
  return JSON.parse(reply.text) as unknown;
}
