import { lastValueFrom, type OperatorFunction, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { readTokens } from '../../src/operators/internal/readTokens.ts';
import { parseAnswer } from '../../src/operators/parseAnswer.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { httpErrorOf } from '../../src/rules/failures/httpError.ts';
import { parseLimitMessage } from '../../src/rules/limits/limitMessage.ts';
import { withoutPrompt } from '../../src/rules/request/withoutPrompt.ts';
import { terminalText } from '../../src/rules/terminal/terminalText.ts';
import { textEvent } from '../util/http.ts';
import { utf8 } from './bytes.ts';

/** The size of the larger input, in bytes, and its ratio to the smaller one. */
const SIZE = 24_000_000;
const TIMES = 8;

/** The largest allowed growth of the time; a linear reader has 8, a quadratic one 64. */
const MOST = 3 * TIMES;

/** The size of pieces, in bytes, as from a socket. */
const PIECE = 65_536;

/** Reads bytes in pieces, as from a socket. */
async function read<T>(bytes: Uint8Array, operator: OperatorFunction<Uint8Array, T>, piece = PIECE): Promise<void> {
  const socket = new Subject<Uint8Array>();
  const end = lastValueFrom(socket.pipe(operator), { defaultValue: undefined }).catch(() => undefined);
  for (let at = 0; at < bytes.length; at += piece) socket.next(bytes.subarray(at, at + piece));
  socket.complete();
  await end;
}

const filled = (part: string, size: number, before = '', after = ''): Uint8Array =>
  utf8(before + part.repeat(Math.ceil(size / part.length)) + after);

/** Inputs for which a careless reader takes quadratic time. */
const READERS: readonly (readonly [name: string, read: (size: number) => unknown])[] = [
  ['one line', (size) => read(filled('x', size, 'data: ', '\n\n'), parseEvents({ maxLineBytes: 2 * SIZE }))],
  ['one line without an end', (size) => read(filled('x', size, 'data: '), parseEvents({ maxLineBytes: 2 * SIZE }))],
  ['one line, as tokens', (size) => read(filled('x', size, 'data: ', '\n\n'), readTokens({ maxLineBytes: 2 * SIZE }))],
  [
    'one line in pieces of 1 KiB',
    (size) => read(filled('x', size / 8, 'data: ', '\n\n'), parseEvents({ maxLineBytes: 2 * SIZE }), 1_024),
  ],
  ['comments', (size) => read(filled(': ping\n', size), parseEvents())],
  ['empty lines', (size) => read(filled('\n', size), parseEvents())],
  ['returns', (size) => read(filled('\r', size), parseEvents())],
  ['events without data', (size) => read(filled('event: x\n\n', size), readTokens())],
  ['events with data', (size) => read(filled(textEvent('a'), size), readTokens())],
  [
    'events that differ',
    (size) => read(filled(`${textEvent('a')}${textEvent('a').replace('"m"', '"n"')}`, size), readTokens()),
  ],
  [
    'a text of backslashes',
    (size) =>
      read(
        filled('\\\\', size / 8, 'data: {"choices":[{"index":0,"delta":{"content":"', '"}}]}\n\n'),
        readTokens({ maxLineBytes: SIZE }),
      ),
  ],
  ['an answer in one piece', (size) => read(filled(' ', size, '', '{"choices":[{"message":{}}]}'), parseAnswer())],
  ['brackets', (size) => read(filled('[', size), parseAnswer())],
  ['a message of parentheses', (size) => parseLimitMessage('('.repeat(size))],
  ['a message of ends', (size) => parseLimitMessage('):'.repeat(size / 2))],
  ['a message of waits', (size) => parseLimitMessage('try again in '.repeat(size / 13))],
  ['the body of an error', (size) => httpErrorOf({ status: 500, headers: {}, body: 'gsk_'.repeat(size / 4) })],
  ['escapes for a terminal', (size) => terminalText('\u001b['.repeat(size / 8))],
];

const timed = async (act: () => unknown): Promise<number> => {
  const start = performance.now();
  await act();
  return performance.now() - start;
};

describe('an error that repeats a prompt at each of its characters', () => {
  it('should be cleared of it in less than half a second', async () => {
    const redact = withoutPrompt({ messages: [{ role: 'user', content: 'a'.repeat(16_384) }] });
    expect(await timed(() => redact('a'.repeat(16_000)))).toBeLessThan(500);
  });
});

describe('external input', () => {
  for (const [name, reader] of READERS) {
    it(`should take time in proportion to its size: ${name}`, async () => {
      const measure = async (size: number): Promise<number> =>
        Math.min(await timed(() => reader(size)), await timed(() => reader(size)), await timed(() => reader(size)));
      const small = await measure(SIZE / TIMES);
      const large = await measure(SIZE);
      // Below a millisecond, the time may double by chance.
      expect(large, `${small} ms, ${large} ms`).toBeLessThan(Math.max(small, 1) * MOST);
    });
  }
});
