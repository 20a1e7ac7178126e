/**
 * The contenders: floors, which do the minimum of work, the build of this package, and its peers. Each is loaded only
 * when it is measured.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Agent, type Dispatcher, request } from 'undici';
import type * as Rxgroq from '../../src/index.ts';

/** A request to a contender. */
export interface Ask {
  /** Determines what the server does, see there. */
  readonly model: string;
  readonly origin: string;
  readonly signal?: AbortSignal | undefined;
  readonly user?: string | undefined;
  /** Called when the first piece of text has arrived. */
  readonly first?: (() => void) | undefined;
}

/** Makes a request, and resolves with the whole text of the answer. */
export type Asks = (ask: Ask) => Promise<string>;

/** The kinds of requests that a contender supports. */
interface Loaded {
  readonly stream?: Asks;
  readonly whole?: Asks;
}

/** A contender that is measured. */
export interface Contender {
  readonly name: string;
  readonly load: () => Loaded | Promise<Loaded>;
}

const KEY = 'gsk_bench';
const PATH = '/openai/v1/chat/completions';
const messages = [
  { role: 'system', content: 'You are a helpful assistant.' },
  { role: 'user', content: 'Explain the importance of fast language models' },
] as const;

const bodyOf = ({ model, user }: Ask, stream: boolean): string =>
  JSON.stringify({ messages, model, user, ...(stream && { stream, stream_options: { include_usage: true } }) });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string | null } }[];
}
interface Completion {
  readonly choices: readonly { readonly message: { readonly content?: string | null } }[];
}

/** Collects the text of an answer. */
function collector({ first }: Ask) {
  let text = '';
  return {
    add: (piece: string | null | undefined): void => {
      if (piece === undefined || piece === null || piece === '') return;
      if (text === '') first?.();
      text += piece;
    },
    get text() {
      return text;
    },
  };
}

/** The simplest way to read events: split lines, and JSON.parse. It supports nothing else. */
function readByHand(add: (piece: string | null | undefined) => void): (bytes: Buffer) => void {
  let rest = '';
  return (bytes) => {
    const text = rest + bytes.toString('utf8');
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      if (text.startsWith('data: {', at)) add((JSON.parse(text.slice(at + 6, end)) as Chunk).choices[0]?.delta.content);
      at = end + 1;
    }
    rest = text.slice(at);
  };
}

const textOf = (json: string): string => (JSON.parse(json) as Completion).choices[0]?.message.content ?? '';

const agent = new Agent({ keepAliveTimeout: 60_000 });

function dispatch(ask: Ask, stream: boolean, data: (bytes: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (controller) => {
        const abort = (): void => {
          controller.abort(new Error('aborted'));
        };
        if (ask.signal?.aborted === true) abort();
        ask.signal?.addEventListener('abort', abort, { once: true });
      },
      onResponseStart: () => undefined,
      onResponseData: (_, bytes) => {
        data(bytes);
      },
      onResponseEnd: () => {
        resolve();
      },
      onResponseError: (_, error) => {
        reject(error);
      },
    };
    agent.dispatch({ origin: ask.origin, path: PATH, method: 'POST', headers, body: bodyOf(ask, stream) }, handler);
  });
}

const requestOf = async (ask: Ask, stream: boolean) => {
  const { signal } = ask;
  const { body } = await request(ask.origin + PATH, {
    method: 'POST',
    headers,
    body: bodyOf(ask, stream),
    dispatcher: agent,
    ...(signal && { signal }),
  });
  return body;
};

const floors: readonly Contender[] = [
  {
    name: 'undici.dispatch, bytes only',
    load: () => ({
      stream: async (ask) => {
        await dispatch(ask, true, () => undefined);
        return '';
      },
    }),
  },
  {
    name: 'undici.dispatch + split + JSON.parse',
    load: () => ({
      stream: async (ask) => {
        const all = collector(ask);
        await dispatch(ask, true, readByHand(all.add));
        return all.text;
      },
      whole: async (ask) => {
        const pieces: Buffer[] = [];
        await dispatch(ask, false, (bytes) => pieces.push(bytes));
        return textOf(Buffer.concat(pieces).toString('utf8'));
      },
    }),
  },
  {
    name: 'undici.request + split + JSON.parse',
    load: () => ({
      stream: async (ask) => {
        const all = collector(ask);
        const body = await requestOf(ask, true);
        await new Promise((resolve, reject) => {
          body.on('data', readByHand(all.add)).on('end', resolve).on('error', reject);
        });
        return all.text;
      },
      whole: async (ask) => textOf(await (await requestOf(ask, false)).text()),
    }),
  },
];

const built = new URL('../../dist/index.js', import.meta.url);

const rxgroq = async (origin: string) => {
  const { createGroq, text } = (await import(process.env['RXGROQ'] ?? built.href)) as typeof Rxgroq;
  return { groq: createGroq({ apiKey: KEY, baseURL: `${origin}/openai/v1`, limits: false }), text };
};

/** Subscribes, and settles when the Observable ends. */
const settled = <T>(
  values: Rxgroq.IterableObservable<T> | ReturnType<Rxgroq.Groq['complete']>,
  next: (value: T) => void,
  signal?: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const subscription = (values as Rxgroq.IterableObservable<T>).subscribe({ next, error: reject, complete: resolve });
    signal?.addEventListener('abort', () => {
      subscription.unsubscribe();
      reject(new Error('aborted'));
    });
  });

const once = <T>(make: (origin: string) => T): ((origin: string) => T) => {
  let made: T | undefined;
  return (origin) => (made ??= make(origin));
};

const ours: readonly Contender[] = [
  {
    name: 'rxgroq, tokens',
    load: () => {
      const client = once(rxgroq);
      return {
        stream: async (ask) => {
          const { groq } = await client(ask.origin);
          const all = collector(ask);
          const { model, user } = ask;
          await settled(
            groq.chat({ model, messages: [...messages], ...(user !== undefined && { user }) }),
            (token) => {
              if (token.type === 'text') all.add(token.text);
            },
            ask.signal,
          );
          return all.text;
        },
        whole: async (ask) => {
          const { groq } = await client(ask.origin);
          let text = '';
          await settled<Rxgroq.Answer>(groq.complete({ model: ask.model, messages: [...messages] }), ({ message }) => {
            text = typeof message.content === 'string' ? message.content : '';
          });
          return text;
        },
      };
    },
  },
  {
    name: 'rxgroq, text()',
    load: () => {
      const client = once(rxgroq);
      return {
        stream: async (ask) => {
          const { groq, text } = await client(ask.origin);
          const all = collector(ask);
          const answer$ = groq.chat({ model: ask.model, messages: [...messages] }).pipe(text());
          await settled(answer$ as Rxgroq.IterableObservable<string>, all.add, ask.signal);
          return all.text;
        },
      };
    },
  },
];

/** The common part of openai and groq-sdk. */
type Sdk = new (
  options: object,
) => {
  chat: { completions: { create(body: object, options: object): Promise<AsyncIterable<Chunk> & Completion> } };
};

const folder = new URL('peers/', import.meta.url);
const peer = async (name: string): Promise<unknown> =>
  import(pathToFileURL(createRequire(new URL('package.json', folder)).resolve(name)).href);

const sdk = (name: string, base: string): Contender => ({
  name,
  load: async () => {
    const { default: Client } = (await peer(name)) as { default: Sdk };
    const client = once((origin) => new Client({ apiKey: KEY, baseURL: origin + base, maxRetries: 0 }));
    return {
      stream: async (ask) => {
        const all = collector(ask);
        const { model, user, signal } = ask;
        const body = { messages, model, user, stream: true, stream_options: { include_usage: true } };
        const chunks = await client(ask.origin).chat.completions.create(body, { signal });
        for await (const { choices } of chunks) all.add(choices[0]?.delta.content);
        return all.text;
      },
      whole: async (ask) => {
        const completion = await client(ask.origin).chat.completions.create({ messages, model: ask.model }, {});
        return completion.choices[0]?.message.content ?? '';
      },
    };
  },
});

interface Ai {
  readonly streamText: (options: object) => { textStream: AsyncIterable<string> };
  readonly generateText: (options: object) => Promise<{ text: string }>;
}

const ai: Contender = {
  name: 'ai + @ai-sdk/groq',
  load: async () => {
    const { streamText, generateText } = (await peer('ai')) as Ai;
    const { createGroq } = (await peer('@ai-sdk/groq')) as {
      createGroq: (options: object) => (model: string) => unknown;
    };
    const [{ content: instructions }, prompt] = messages;
    const client = once((origin) => createGroq({ apiKey: KEY, baseURL: `${origin}/openai/v1` }));
    const options = (ask: Ask) => ({
      model: client(ask.origin)(ask.model),
      instructions,
      messages: [prompt],
      maxRetries: 0,
      abortSignal: ask.signal,
      providerOptions: { groq: { user: ask.user } },
    });
    return {
      stream: async (ask) => {
        const all = collector(ask);
        for await (const piece of streamText(options(ask)).textStream) all.add(piece);
        return all.text;
      },
      whole: async (ask) => (await generateText(options(ask))).text,
    };
  },
};

const peers: readonly Contender[] = [sdk('groq-sdk', ''), sdk('openai', '/openai/v1'), ai];

/** All installed contenders. */
export const contenders: readonly Contender[] = [
  ...floors,
  ...ours,
  ...peers.filter(({ name }) => existsSync(new URL(`node_modules/${name.split(' ')[0] ?? ''}`, folder))),
];
