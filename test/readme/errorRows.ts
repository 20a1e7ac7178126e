import { concatAll, defer, merge, mergeMap, NEVER, of, toArray } from 'rxjs';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import { send } from '../../src/operators/send.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { wire } from '../../src/testing/wire.ts';
import { makeCertificate } from '../util/certificate.ts';
import { chunk, head, json, LAST_CHUNK, STREAM_HEAD, textEvent, whole } from '../util/http.ts';
import { jobMaker } from '../util/jobs.ts';
import type { RawRequest } from '../util/startRawServer.ts';
import { deadPort, failureOf, inTheClient, overTheWire, type Provoked } from './provoke.ts';

/** One row of the table of errors: a failure, and how to provoke it. */
export interface ErrorRow {
  readonly what: string;
  /** The fields of the error that are shown beside its class. */
  readonly shown?: readonly string[];
  readonly provoke: () => Promise<Provoked>;
}

/** Longer than any test, in milliseconds. */
const FAR = 1e9;
const messages = [{ role: 'user' as const, content: 'Hi' }];
const silent = fakeTransport(() => NEVER);

const row = (what: string, provoke: ErrorRow['provoke'], ...shown: string[]): ErrorRow => ({ what, provoke, shown });

/** An answer with a status and an error of Groq. */
const status = (code: number, groqCode?: string, message = 'What Groq says'): ErrorRow['provoke'] =>
  answered(json(code, { error: { message, type: 'invalid_request_error', ...(groqCode && { code: groqCode }) } }));

const answered = (bytes: string | Uint8Array): ErrorRow['provoke'] =>
  wired(({ connection }) => connection.socket.write(bytes));

const wired =
  (answer: (request: RawRequest) => void): ErrorRow['provoke'] =>
  () =>
    overTheWire({ answer });

const redirect = (code: number): ErrorRow['provoke'] =>
  answered(head(code, { location: 'https://example.com/', 'content-length': 0 }));

/** Several failures that must have the same result. */
const alike =
  (...all: readonly ErrorRow['provoke'][]): ErrorRow['provoke'] =>
  async () => {
    const [first, ...others] = await Promise.all(all.map((provoke) => provoke()));
    if (first === undefined) throw new Error('nothing was provoked');
    const gist = ({ error, again }: Provoked): string => [error.code, error.advice, again].join();
    for (const other of others)
      if (gist(other) !== gist(first)) throw new Error(`${gist(other)} is not ${gist(first)}`);
    return first;
  };

const streamed = (...events: string[]): Buffer => Buffer.concat([Buffer.from(STREAM_HEAD), ...events.map(chunk)]);

const ONE_TOKEN = streamed(textEvent('Hel'));

/** Failures before anything is sent. */
const BEFORE: readonly ErrorRow[] = [
  row('A request or an option is invalid', () => inTheClient({}, (groq) => groq.chat({ messages: [] }))),
  row('Groq no longer serves the model', () =>
    inTheClient({}, (groq) => groq.chat({ model: 'gemma2-9b-it', messages })),
  ),
  row('A request costs more than a limit allows', () =>
    inTheClient({ limits: { 'openai/gpt-oss-20b': { tpm: 8_000 } } }, (groq) =>
      groq.chat({ messages, max_completion_tokens: 60_000 }),
    ),
  ),
  row('A request is too long for its model', () =>
    inTheClient({ limits: false }, (groq) => groq.chat({ messages, max_completion_tokens: 100_000 })),
  ),
  row('A request could use more than what is left of the `budget`', () =>
    inTheClient({ budget: { tokens: 10 } }, (groq) => groq.chat({ messages, max_completion_tokens: 100 })),
  ),
  row('More than `maxQueued` requests wait', () =>
    inTheClient(
      { maxInFlight: 1, maxQueued: 1, overflow: 'newest' },
      (groq) => of(1, 2, 3).pipe(mergeMap(() => groq.chat({ messages }))),
      silent,
    ),
  ),
  row(
    'A request waits longer than `timeouts.queue`',
    () =>
      inTheClient(
        { maxInFlight: 1, timeouts: { queue: 60_000, connect: FAR, total: FAR } },
        (groq) => merge(groq.chat({ messages }), groq.chat({ messages })),
        silent,
      ),
    'phase',
  ),
  row('The limit store fails', () => {
    const reserve = (): never => {
      throw new Error('no store');
    };
    return inTheClient({ store: Object.assign(unlimitedStore(), { reserve }) }, (groq) => groq.chat({ messages }));
  }),
  row('The `signal` of the call is aborted', () =>
    inTheClient({}, (groq) => groq.chat({ messages }, { signal: AbortSignal.abort() })),
  ),
  row('The client is closed', () =>
    inTheClient({}, (groq) => {
      void groq.close();
      return groq.chat({ messages });
    }),
  ),
  row('An answer of `send` is subscribed to too late', () =>
    failureOf(
      of(jobMaker()('a')).pipe(
        throttleByBucket({ store: unlimitedStore() }),
        send({ transport: silent }),
        toArray(),
        concatAll(),
        concatAll(),
      ),
    ),
  ),
];

/** Failures on the way to the server. */
const CONNECTION: readonly ErrorRow[] = [
  row(
    'The host does not exist, or refuses connections',
    async () => {
      const port = await deadPort();
      return overTheWire({ url: () => `http://127.0.0.1:${port}` });
    },
    'sent',
  ),
  row('The certificate of the server is not trusted', () => overTheWire({ tls: makeCertificate() }), 'sent', 'trusted'),
  row(
    'No connection within `timeouts.connect`',
    () =>
      overTheWire({
        url: (server) => server.url.replace('http:', 'https:'),
        timeouts: { connect: 10_000 },
        late: async ({ connections }) => (await connections.at(0)).touched,
      }),
    'phase',
  ),
  row(
    'The connection is lost before the answer',
    wired(({ connection }) => connection.socket.resetAndDestroy()),
    'sent',
  ),
  row('The answer is not HTTP', answered('SSH-2.0-OpenSSH_9.6\r\n\r\n')),
];

const LIMIT = (reached: string, used: string): string =>
  `${reached} for model \`m\` in organization \`o\` service tier \`on_demand\` on tokens per minute (TPM): Limit 8000,${used} Requested 9000. Please try again in 7.5s. Visit the console.`;

const NEVER_FITS = LIMIT('Request too large', '');

/** Error answers of Groq, or of a proxy in front of it. */
const STATUSES: readonly ErrorRow[] = [
  row('301, 302, 303, 307, 308', alike(...[301, 302, 303, 307, 308].map(redirect))),
  row('400', status(400)),
  row('400 `tool_use_failed`', status(400, 'tool_use_failed')),
  row('400 `json_validate_failed`', status(400, 'json_validate_failed')),
  row('400 `context_length_exceeded`', status(400, 'context_length_exceeded')),
  row('400 `model_decommissioned`', status(400, 'model_decommissioned')),
  row('401', status(401)),
  row('403', status(403)),
  row('404', status(404)),
  row('408, 409', alike(status(408), status(409))),
  row('413', status(413)),
  row('413 or 429 `Request too large`', alike(status(413, 'x', NEVER_FITS), status(429, 'x', NEVER_FITS))),
  row('422', status(422)),
  row('424', status(424)),
  row('429', status(429, 'rate_limit_exceeded', LIMIT('Rate limit reached', ' Used 100,').replace('9000', '7950'))),
  row('498', status(498)),
  row('499', status(499)),
  row('500, 502, 503, 504', alike(...[500, 502, 503, 504].map((code) => status(code)))),
  row('200 with an HTML page', answered(whole(200, '<html>', { 'content-type': 'text/html' }))),
];

/** Failures during the answer. */
const STREAM: readonly ErrorRow[] = [
  row(
    'No token within `timeouts.firstToken`',
    () => overTheWire({ timeouts: { firstToken: 30_000 }, late: ({ requests }) => requests.at(0) }),
    'phase',
  ),
  row(
    'No further token within `timeouts.betweenTokens`',
    () =>
      overTheWire({
        answer: ({ connection }) => connection.socket.write(ONE_TOKEN),
        timeouts: { betweenTokens: 60_000 },
        late: (_, first) => first,
      }),
    'phase',
  ),
  row(
    'The answer is not complete within `timeouts.total`',
    () =>
      overTheWire({
        answer: ({ connection }) => connection.socket.write(ONE_TOKEN),
        timeouts: { total: 120_000 },
        late: (_, first) => first,
      }),
    'phase',
  ),
  row(
    'The stream is cut off after its first token',
    wired(({ connection }) => connection.socket.end(ONE_TOKEN)),
  ),
  row(
    'The stream ends normally, but without a `finish_reason` and without `[DONE]`',
    wired(({ connection }) => connection.socket.write(Buffer.concat([ONE_TOKEN, Buffer.from(LAST_CHUNK)]))),
  ),
  row("A loop is too slow for `backpressure: 'error'`", () =>
    inTheClient(
      {},
      (groq) =>
        defer(async () => {
          const tokens = groq.chat({ messages }, { backpressure: 'error', buffer: 1 })[Symbol.asyncIterator]();
          while ((await tokens.next()).done !== true);
        }),
      fakeTransport(() => of(wire.sent, wire.head(), ...Array.from({ length: 9 }, () => wire.text('a')))),
    ),
  ),
  row('The stream ends without an event', answered(STREAM_HEAD + LAST_CHUNK)),
  row(
    'Groq reports an error in the stream',
    answered(
      streamed(
        textEvent('Hel'),
        `event: error\ndata: ${JSON.stringify({ error: { message: 'No', status_code: 500 } })}\n\n`,
      ),
    ),
    'status',
  ),
  row('An event is invalid', answered(streamed('data: {"choices":\n\n'))),
  row('A line is longer than `maxLineBytes`', answered(streamed(`data: ${'x'.repeat(1_048_576)}`))),
];

/** All ways in which a request can fail, in the order of its stages. */
export const ERROR_ROWS: readonly ErrorRow[] = [...BEFORE, ...CONNECTION, ...STATUSES, ...STREAM];
