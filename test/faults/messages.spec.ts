import { gzipSync } from 'node:zlib';
import { concat } from 'rxjs';
import { describe, expect } from 'vitest';
import { chunk, completion, DONE_EVENT, head, json, LAST_CHUNK, STREAM_HEAD, whole } from '../util/http.ts';
import { BEGUN, bytes, ends, finish, one, two, WHOLE, writes } from './answers.ts';
import { type Fault, MODEL, ONE, request, type Stage, TWO, testFaults } from './harness.ts';

const protocol = { code: 'GROQ_ERR_PROTOCOL' };
/** The request reached the server, its outcome is unknown, and it is not retried. */
const doubt = { outcomes: ['unknown'], error: protocol } as const;
const SSE = { 'content-type': 'text/event-stream' };
const BODY = one + two + finish + DONE_EVENT;

/** An answer with a custom head. */
const headed = (...lines: string[]): string => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;

const limit = ({ ledger }: Stage): unknown =>
  ledger.levelsNow(MODEL).find(({ dimension }) => dimension === 'tpd')?.limit;

const bomb = gzipSync(Buffer.alloc(64 * 1_048_576));

const CODINGS: readonly (readonly [what: string, coding: string, body: Buffer])[] = [
  ['a bomb', 'gzip', bomb],
  ['what is not compressed at all', 'gzip', Buffer.from(BODY)],
  ['half of what was compressed', 'gzip', gzipSync(BODY).subarray(0, 20)],
  ['six layers', Array.from({ length: 6 }, () => 'gzip').join(', '), bomb],
  ['a coding that nobody knows', 'zebra', Buffer.from(BODY)],
];

const BAD_SIZES = ['xyz', '-1', 'f'.repeat(20), '5;', ' 5'];

const faults: readonly Fault[] = [
  { id: '28', what: 'a page', answer: writes(whole(200, '<html>', { 'content-type': 'text/html' })), ...doubt },
  { id: '29/204', what: 'a 204', answer: writes(head(204)), ...doubt, pooled: 1 },
  { id: '29/200', what: 'a 200 with nothing in it', answer: writes(whole(200, '', SSE)), ...doubt, pooled: 1 },
  {
    id: '29/whole',
    what: 'a 200 with nothing in it, where a completion is due',
    answer: writes(whole(200, '', { 'content-type': 'application/json' })),
    ask: (groq, call) => groq.complete(request, call),
    ...doubt,
    pooled: 1,
  },
  {
    id: '30/103',
    what: 'hints before the answer',
    answer: writes(head(103, { link: '</a>' }) + WHOLE.toString()),
    pooled: 1,
  },
  { id: '30/102', what: 'news of the processing', answer: writes(head(102) + head(102) + WHOLE.toString()), pooled: 1 },
  {
    id: '31/long',
    what: 'a body that is shorter than it says',
    answer: ends(head(200, { ...SSE, 'content-length': 10_000 }) + one),
    text: ONE,
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_TRUNCATED_STREAM', partial: { text: ONE } },
  },
  {
    id: '31/short',
    what: 'a body that goes on after its end',
    answer: writes(
      head(200, { ...SSE, 'content-length': BODY.length }) + BODY + one + json(200, completion('not asked for')),
    ),
    ask: (groq, call) => concat(groq.chat(request, call), groq.chat(request, call)),
    text: (ONE + TWO).repeat(2),
    outcomes: ['used', 'used'],
    requests: 2,
  },
  ...BAD_SIZES.map((size) => ({
    id: `32/${size.slice(0, 4)}`,
    what: `a chunk of the size ${JSON.stringify(size.slice(0, 4))}`,
    answer: writes(bytes(BEGUN, `${size}\r\n${two}\r\n`)),
    text: ONE,
    ...doubt,
  })),
  ...[
    ['64 KB of headers', head(200, { ...SSE, x: 'y'.repeat(65_536) })],
    ['1000 headers', headed(...Array.from({ length: 1_000 }, (_, i) => `x-${i}: ${'y'.repeat(50)}`))],
  ].map(([what = '', bytes = '']) => ({ id: `33/${what}`, what, answer: writes(bytes), ...doubt })),
  {
    id: '33/twice',
    what: 'limits that are told twice',
    answer: writes(
      headed(
        'content-type: text/event-stream',
        'transfer-encoding: chunked',
        'x-ratelimit-limit-tokens: 5',
        'x-ratelimit-limit-tokens: 6',
      ) + WHOLE.subarray(STREAM_HEAD.length).toString(),
    ),
    pooled: 1,
    after: (stage) => {
      expect(limit(stage)).toBe(100_000_000);
      expect(stage.ledger.levelsNow(MODEL).map(({ dimension }) => dimension)).toEqual(['rpd', 'tpd']);
    },
  },
  ...CODINGS.map(([what, coding, body]) => ({
    id: `34/${what}`,
    what: `an answer that is compressed: ${what}`,
    answer: writes(bytes(headed('content-type: text/event-stream', `content-encoding: ${coding}`), body)),
    ...doubt,
  })),
  {
    id: '35/trailers',
    what: 'trailers',
    answer: writes(bytes(WHOLE.subarray(0, -LAST_CHUNK.length), '0\r\nx-late: 1\r\n\r\n')),
    pooled: 1,
  },
  {
    id: '35/fold',
    what: 'a header that is folded',
    answer: writes(headed('content-type: text/event-stream', 'x-a: b', ' c', 'transfer-encoding: chunked')),
    ...doubt,
  },
  {
    id: '35/lf',
    what: 'a head with bare line feeds',
    answer: writes(`${STREAM_HEAD.replaceAll('\r\n', '\n')}${chunk(one).toString()}`),
    ...doubt,
  },
];

describe('HTTP messages', () => {
  testFaults(faults);
});
