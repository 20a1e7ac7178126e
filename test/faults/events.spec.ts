import { describe, expect } from 'vitest';
import { chunk, DONE_EVENT, LAST_CHUNK, STREAM_HEAD, textEvent } from '../util/http.ts';
import type { RawRequest } from '../util/rawServer.ts';
import { bytes, events, finish, one, two, WHOLE, writes } from './answers.ts';
import { type Fault, ONE, type Stage, testFaults } from './harness.ts';

/** Writes pieces in order, each in a separate segment. */
const apart =
  (pieces: readonly (string | Uint8Array)[]) =>
  async ({ connection: { socket } }: RawRequest): Promise<void> => {
    for (const piece of pieces) {
      await new Promise((resolve) => socket.write(piece, resolve));
      await new Promise(setImmediate);
    }
  };

const byteByByte = (all: Uint8Array) => apart(Array.from(all, (byte) => Uint8Array.of(byte)));

const STRANGE = 'é€😀\u{10ffff}\u0000\u2028"\\';
const said = (text: string): Buffer => bytes(events(textEvent(text), finish, DONE_EVENT), LAST_CHUNK);

/** The same events with other line ends. */
const broken = (end: string): Buffer =>
  bytes(events(...[one, two, finish, DONE_EVENT].map((event) => event.replaceAll('\n', end))), LAST_CHUNK);

const MILLION = 1_000_000;

/** Many such lines before the first event. */
const flood = (line: string): Buffer => bytes(events(line.repeat(MILLION)), WHOLE.subarray(STREAM_HEAD.length));

const tooLong = { text: ONE, outcomes: ['unknown'], error: { code: 'GROQ_ERR_PROTOCOL' } } as const;

const faults: readonly Fault[] = [
  { id: '43', what: 'every byte in a segment of its own', answer: byteByByte(WHOLE), pooled: 1 },
  {
    id: '44/split',
    what: 'characters of several bytes, split at every one',
    answer: byteByByte(said(STRANGE)),
    text: STRANGE,
    pooled: 1,
  },
  {
    id: '44/invalid',
    what: 'bytes that are no UTF-8',
    answer: writes(
      bytes(STREAM_HEAD, chunk(Buffer.from(textEvent('a\xff\xc3('), 'latin1')), chunk(finish), LAST_CHUNK),
    ),
    text: 'a\ufffd\ufffd(',
    pooled: 1,
  },
  {
    id: '44/surrogate',
    what: 'half a character, escaped',
    answer: writes(bytes(events(textEvent('x').replace('"x"', '"\\ud800"'), finish), LAST_CHUNK)),
    text: '\ud800',
    pooled: 1,
  },
  {
    id: '44/mark',
    what: 'a byte order mark',
    answer: writes(bytes(events('\ufeff', one, two, finish), LAST_CHUNK)),
    pooled: 1,
  },
  { id: '45/cr', what: 'lines that end in CR', answer: writes(broken('\r')), pooled: 1 },
  { id: '45/crlf', what: 'lines that end in CR LF', answer: writes(broken('\r\n')), pooled: 1 },
  { id: '45/split', what: 'CR and LF apart', answer: byteByByte(broken('\r\n')), pooled: 1 },
  {
    id: '46/lines',
    what: 'an event in several lines, with fields that mean nothing here',
    answer: writes(
      bytes(
        events(
          ': comment\nid: 7\nretry: 1\nevent: message\nunknown: x\nalone\n',
          one.replace(',', ',\ndata:'),
          `data\n${two}`,
          finish,
        ),
        LAST_CHUNK,
      ),
    ),
    pooled: 1,
  },
  {
    id: '47/line',
    what: 'a line that does not end',
    answer: writes(events(one, `data: ${'x'.repeat(1_048_576 + 10)}`)),
    ...tooLong,
  },
  {
    id: '47/event',
    what: 'an event that does not end',
    answer: writes(events(one, 'data: xxxxxxxx\n'.repeat(150_000))),
    ...tooLong,
  },
  { id: '47/comments', what: 'a million comments', answer: writes(flood(':\n')), pooled: 1 },
  { id: '47/empty', what: 'a million empty events', answer: writes(flood('\n')), pooled: 1 },
  {
    id: '47/idle',
    what: 'comments and empty events for ever, which are no sign of life',
    answer: writes(events(':\n\n'.repeat(10_000))),
    options: { retry: { count: 0 } },
    play: async ({ server, clock }: Stage) => {
      await server.requests.at(0);
      for (let second = 0; second < 30; second++) {
        expect(clock.pending).toBeGreaterThan(0);
        server.requests.all[0]?.connection.socket.write(chunk(':\n\n'));
        await clock.idle();
        clock.advance(1_000);
      }
    },
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_TIMEOUT', phase: 'firstToken' },
  },
];

describe('events of a stream', () => {
  testFaults(faults);
});
