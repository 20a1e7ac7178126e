import { gzipSync } from 'node:zlib';
import {
  chunk,
  DONE_EVENT,
  finishEvent,
  head,
  json,
  LAST_CHUNK,
  STREAM_HEAD,
  textEvent,
  whole,
} from '../../util/http.ts';
import type { RawRequest } from '../../util/startRawServer.ts';
import type { Call, Ran } from './runClient.ts';

/** What the server observed of a client. */
interface Seen {
  /** When each request arrived, in milliseconds. */
  readonly at: readonly number[];
  /** What the target of a redirect received. */
  readonly elsewhere: string;
}

/** A fault, and how to judge the reaction of a client. */
export interface Case {
  readonly name: string;
  readonly answer: (request: RawRequest, index: number, elsewhere: string) => unknown;
  readonly call?: Partial<Call>;
  /** @default how it ended */
  readonly verdict?: (seen: Seen, ran: Ran | undefined) => string | undefined;
}

const [one, two] = [textEvent('one '), textEvent('two ')];
const stream = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat([STREAM_HEAD, ...parts.map((part) => chunk(part))].map((part) => Buffer.from(part)));
const WHOLE = Buffer.concat([stream(one, two, finishEvent(), DONE_EVENT), Buffer.from(LAST_CHUNK)]);
const ended = (...parts: readonly string[]): Buffer => Buffer.concat([stream(...parts), Buffer.from(LAST_CHUNK)]);

const writes =
  (bytes: string | Uint8Array) =>
  ({ connection }: RawRequest): unknown =>
    connection.socket.write(bytes);
const wrote = (bytes: Uint8Array, then: (request: RawRequest) => unknown) => (request: RawRequest) =>
  request.connection.socket.write(bytes, () => setTimeout(() => then(request), 100));

const refusal = (status: number, headers: Record<string, string> = {}): string =>
  json(status, { error: { message: 'no', type: 'x', code: 'x' } }, headers);

const toolCall = (args: string): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: args } }] }, finish_reason: null }] })}\n\n`;

/** The first delay before a retry. */
const pause: Case['verdict'] = ({ at: [first = 0, second] }, ran) =>
  second === undefined
    ? ran === undefined
      ? 'waits'
      : `no retry: ${String(ran.error)}`
    : `retries after ${Math.round(second - first)} ms`;

const retryAfter = (value: string): Case => ({
  name: `503, retry-after: ${value}`,
  answer: (request, index) => (index === 0 ? writes(refusal(503, { 'retry-after': value })) : writes(WHOLE))(request),
  verdict: pause,
});

const count: Case['verdict'] = ({ at }) => `${at.length} requests`;

export const CASES: readonly Case[] = [
  { name: 'stall after two tokens', answer: writes(stream(one, two)) },
  {
    name: 'nothing but comments',
    answer: ({ connection: { socket } }) => {
      socket.write(stream(one));
      const timer = setInterval(() => socket.write(chunk(': ping\n\n')), 200);
      socket.on('close', () => {
        clearInterval(timer);
      });
    },
  },
  { name: '[DONE], connection left open', answer: writes(stream(one, two, finishEvent(), DONE_EVENT)) },
  { name: 'clean end without a reason', answer: writes(ended(one)) },
  { name: 'half an event, then the end', answer: writes(ended(one, two.slice(0, 30))) },
  { name: 'cut within a chunk', answer: wrote(stream(one), ({ connection }) => connection.socket.end('5\r\nda')) },
  { name: 'reset within a chunk', answer: wrote(stream(one), ({ connection }) => connection.socket.resetAndDestroy()) },
  {
    name: 'reset instead of an answer',
    answer: ({ connection }, index) =>
      index < 1 ? connection.socket.resetAndDestroy() : connection.socket.write(WHOLE),
  },
  { name: 'half the arguments of a tool', answer: writes(ended(toolCall('{"path":"/ho'))) },
  { name: 'empty 200', answer: writes(whole(200, '', { 'content-type': 'text/event-stream' })) },
  { name: '200 with a page', answer: writes(whole(200, '<html>oh', { 'content-type': 'text/html' })) },
  { name: '502 with a page', answer: writes(whole(502, '<html>oh', { 'content-type': 'text/html' })) },
  {
    name: 'error event in the stream',
    answer: writes(
      ended(one, `event: error\ndata: ${JSON.stringify({ error: { message: 'no', status_code: 500 } })}\n\n`),
    ),
  },
  { name: 'event that is not JSON', answer: writes(ended(one, 'data: the-output-that\n\n')) },
  {
    name: 'a character cut in two',
    answer: ({ connection: { socket } }) => {
      const bytes = Buffer.from(textEvent('é😀'));
      const at = bytes.indexOf(0xf0) + 2;
      socket.write(stream(bytes.subarray(0, at)));
      setTimeout(() => {
        socket.write(
          Buffer.concat([chunk(bytes.subarray(at)), chunk(finishEvent()), chunk(DONE_EVENT), Buffer.from(LAST_CHUNK)]),
        );
      }, 100);
    },
  },
  { name: 'cancelled by its signal', answer: writes(stream(one, two)), call: { abortAfter: 2 } },
  ...['abc', '-5', 'Wed, 21 Oct 2015 07:28:00 GMT', '2592000', '1e400', '0x10'].map(retryAfter),
  { name: '429 all the time, for ten seconds', answer: writes(refusal(429)), verdict: count },
  {
    name: '429 and retry-after: 2 all the time, for ten seconds',
    answer: writes(refusal(429, { 'retry-after': '2' })),
    verdict: count,
  },
  {
    name: '307 to another server',
    answer: ({ connection }, _, elsewhere) =>
      connection.socket.write(head(307, { location: `${elsewhere}/x`, 'content-length': 0 })),
    verdict: ({ elsewhere }) =>
      elsewhere === ''
        ? undefined
        : `leaks ${[elsewhere.includes('the-prompt') && 'the prompt', elsewhere.includes('gsk_') && 'the key'].filter(Boolean).join(' and ') || 'the request'}`,
  },
  {
    name: 'a line break within the key',
    answer: writes(WHOLE),
    call: { key: 'gsk_thekey\nthatnobodymaysee' },
    verdict: (_, ran) =>
      ran?.shown.includes('thatnobodymaysee') === true ? `${String(ran.error)} shows the key` : undefined,
  },
  {
    name: 'abort listeners after 50 calls',
    answer: writes(WHOLE),
    call: { times: 50 },
    verdict: (_, ran) => ran && `${ran.listeners}`,
  },
  {
    name: '64 KB that unpack to 64 MB',
    answer: writes(
      Buffer.concat([
        Buffer.from(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n',
        ),
        chunk(gzipSync(`{"choices":[{"message":{"content":"${' '.repeat(64 * 1_048_576)}"}}]}`)),
        Buffer.from(LAST_CHUNK),
      ]),
    ),
    call: { stream: false },
    verdict: (_, ran) => ran && (ran.error === undefined ? `taken, +${ran.megabytes} MB` : undefined),
  },
  { name: 'one line of 24 MB', answer: writes(stream(`data: ${'x'.repeat(24 * 1_048_576)}`)) },
];
