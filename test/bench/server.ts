/**
 * A server that answers like Groq, in a separate process so that its work is not counted. The name of the model selects
 * its behaviour: `burst-20000` sends that many tokens as fast as it can, `tick-50` one token in each turn to each
 * stream, `first-3` the first at once and the rest a little later, `hang` nothing after the first, and `whole` an
 * answer in one piece. It reports when hanging connections are closed, by the `user` of their request.
 */
import { createServer, type Socket } from 'node:net';

const FIELDS =
  '"object":"chat.completion.chunk","created":1763629000,"model":"llama-3.3-70b-versatile","system_fingerprint":"fp_3f3b593e33"';
const ID = 'chatcmpl-5ac1b6f3-1f0c-4b0c-9d7a-0e9f6a1c2b3d';
const USAGE =
  '{"queue_time":0.05,"prompt_tokens":43,"prompt_time":0.002,"completion_tokens":24,"completion_time":0.08,"total_tokens":67,"total_time":0.082}';
/** Two of sixteen need escapes and one is not ASCII, as in prose. */
const WORDS = [
  ' the',
  ' of',
  ' tokens',
  'ing',
  ' and',
  ' stream',
  ',',
  ' rate',
  '.',
  ' limit',
  ' é',
  ' a',
  ' model',
].concat([' understanding', ' \\"quoted\\"', '\\n']);

const event = (choice: string, rest = ''): string => `data: {"id":"${ID}",${FIELDS},"choices":[${choice}]${rest}}\n\n`;

function eventsOf(count: number): string[] {
  const role = '{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}';
  const text = (i: number): string =>
    `{"index":0,"delta":{"content":"${WORDS[i % WORDS.length] ?? ''}"},"logprobs":null,"finish_reason":null}`;
  return [
    event(role, ',"x_groq":{"id":"req_01kaevv7k3fd7r3g2hq0z4yt1m","seed":1234567890}'),
    ...Array.from({ length: count }, (_, i) => event(text(i))),
    event(
      '{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}',
      `,"x_groq":{"id":"req_01kaevv7k3fd7r3g2hq0z4yt1m","usage":${USAGE}}`,
    ),
    event('', `,"usage":${USAGE},"x_groq":{"id":"req_01kaevv7k3fd7r3g2hq0z4yt1m"}`),
    'data: [DONE]\n\n',
  ];
}

const HEADERS = [
  'cache-control: no-cache',
  'x-ratelimit-limit-requests: 14400',
  'x-ratelimit-limit-tokens: 300000',
  'x-ratelimit-remaining-requests: 14370',
  'x-ratelimit-remaining-tokens: 299997',
  'x-ratelimit-reset-requests: 179.56ms',
  'x-ratelimit-reset-tokens: 7.66ms',
  'x-request-id: req_01kaevv7k3fd7r3g2hq0z4yt1m',
  'via: 1.1 google',
  'server: cloudflare',
  'cf-ray: 99f0a0a0a0a0a0a0-FRA',
  'connection: keep-alive',
  '\r\n',
].join('\r\n');

const HEAD = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n${HEADERS}`,
);
const END = Buffer.from('0\r\n\r\n');
const WHOLE = `{"id":"${ID}","object":"chat.completion","created":1763629000,"model":"llama-3.3-70b-versatile","choices":[{"index":0,"message":{"role":"assistant","content":"Fast language models matter because latency shapes how people use software, and throughput shapes what it costs."},"logprobs":null,"finish_reason":"stop"}],"usage":${USAGE},"system_fingerprint":"fp_3f3b593e33","x_groq":{"id":"req_01kaevv7k3fd7r3g2hq0z4yt1m"}}`;
const WHOLE_ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(WHOLE)}\r\n${HEADERS}${WHOLE}`,
);

/** Each event as one HTTP chunk, as Groq sends it, and all events together. Rendered only once, since not measured. */
const rendered = new Map<number, { readonly chunks: readonly Buffer[]; readonly all: Buffer }>();
function answerOf(count: number) {
  let found = rendered.get(count);
  if (found === undefined) {
    const events = eventsOf(count).map((text) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`));
    const chunks = [...events, END];
    found = { chunks, all: Buffer.concat(chunks) };
    rendered.set(count, found);
  }
  return found;
}

const ticking = new Set<{ readonly socket: Socket; readonly chunks: readonly Buffer[]; at: number }>();

function tick(): void {
  for (const stream of ticking) {
    const chunk = stream.chunks[stream.at++];
    if (chunk === undefined || stream.socket.destroyed) ticking.delete(stream);
    else stream.socket.write(chunk);
  }
  if (ticking.size > 0) setImmediate(tick);
}

/** Writes in pieces of 64 KiB, no faster than they are read. */
function writeAll(socket: Socket, bytes: Buffer): void {
  let at = 0;
  const write = (): void => {
    while (at < bytes.length) {
      if (!socket.write(bytes.subarray(at, (at += 65_536)))) {
        socket.once('drain', write);
        return;
      }
    }
  };
  write();
}

function answer(socket: Socket, body: string): void {
  const [, mode, count = '3'] = /"model":"(\w+)(?:-(\d+))?"/.exec(body) ?? [];
  const { chunks, all } = answerOf(Number(count));
  switch (mode) {
    case 'whole':
      socket.write(WHOLE_ANSWER);
      break;
    case 'burst':
      socket.write(HEAD);
      writeAll(socket, all);
      break;
    case 'tick':
      socket.write(HEAD);
      ticking.add({ socket, chunks, at: 0 });
      if (ticking.size === 1) setImmediate(tick);
      break;
    case 'first':
      socket.write(Buffer.concat([HEAD, ...chunks.slice(0, 2)]));
      setTimeout(() => socket.write(Buffer.concat(chunks.slice(2))), 3);
      break;
    default: {
      const user = /"user":"(\w+)"/.exec(body)?.[1];
      socket.once('close', () => process.send?.({ user, closed: Number(process.hrtime.bigint()) / 1_000 }));
      socket.write(Buffer.concat([HEAD, ...chunks.slice(0, 2)]));
    }
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (piece: string) => {
    received += piece;
    for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
      const length = Number(/^content-length: *(\d+)/im.exec(received.slice(0, end))?.[1] ?? 0);
      if (received.length < end + 4 + length) return;
      const body = received.slice(end + 4, end + 4 + length);
      received = received.slice(end + 4 + length);
      answer(socket, body);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
