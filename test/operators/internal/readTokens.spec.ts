import fc from 'fast-check';
import {
  concat,
  from,
  lastValueFrom,
  materialize,
  NEVER,
  type Observable,
  pipe,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { ConnectionError } from '../../../src/errors/ConnectionError.ts';
import { isProtocolError, isTruncatedStreamError } from '../../../src/errors/guards.ts';
import type { Token } from '../../../src/model/Token.ts';
import { EventReader } from '../../../src/operators/internal/EventReader.ts';
import { readTokens } from '../../../src/operators/internal/readTokens.ts';
import { parseEvents } from '../../../src/operators/parseEvents.ts';
import { toTokens } from '../../../src/operators/toTokens.ts';
import { TextTemplate } from '../../../src/rules/answer/TextTemplate.ts';
import { INDEX, readRecordings } from '../../recordings/recordings.ts';
import { shared } from '../../util/shared.ts';

const fast = readTokens({ maxLineBytes: 2_000, grace: 0 });
const plain = pipe(parseEvents({ maxLineBytes: 2_000 }), toTokens({ grace: 0 }));

/** Bytes cut into pieces of these sizes, repeatedly. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) pieces.push(bytes.subarray(at, (at += sizes[i % sizes.length] ?? 1)));
  return pieces;
}

/** All notifications of a stream in order, with all fields of an error. */
const toldOf = (tokens$: Observable<Token>): Promise<unknown[]> =>
  lastValueFrom(tokens$.pipe(materialize(), toArray())).then((told) =>
    told.map(({ kind, value, error }) => {
      if (!(error instanceof Error)) return [kind, value];
      return [
        kind,
        error.message,
        Object.entries(error),
        isTruncatedStreamError(error) && [error.partial, error.cause],
      ];
    }),
  );

async function expectSame(source: Observable<Uint8Array>): Promise<void> {
  expect(await toldOf(source.pipe(fast))).toEqual(await toldOf(source.pipe(plain)));
}

const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;
const of = (choice: object, rest: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, ...choice, logprobs: null, finish_reason: null, ...('finish_reason' in choice && choice) }],
  ...rest,
});
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ' the',
    '\n',
    '"',
    '\\',
    '"}',
    'é',
    '😀',
    '\ud83d',
    '',
    ' a piece of more than a few characters',
    '\u2028',
  ),
);

const textEvent = (content: string): string => event(of({ delta: { content } }));

/** Forms of events that differ only in their text. */
const shapes: readonly ((text: string) => string)[] = [
  (reasoning) => event(of({ delta: { reasoning, channel: 'analysis' } })),
  (content) => event(of({ delta: { content, reasoning: 'why' } })),
  (reasoning) => event(of({ delta: { content: 'why', reasoning } })),
  (content) => event({ choices: [{ delta: { content }, index: 0, finish_reason: null }], id: 'x', model: 'n' }),
  (content) => event(of({ delta: { content }, index: 1 })),
  (content) =>
    event({
      model: 'm',
      choices: [
        { index: 0, delta: { content } },
        { index: 1, delta: {} },
      ],
    }),
  (content) =>
    event({
      model: 'm',
      choices: [
        { index: 1, delta: {} },
        { index: 0, delta: { content } },
      ],
    }),
  (content) => event(of({ delta: { content } }, { usage: null, x_groq: { id: 'req_1' } })),
  (content) => event(of({ delta: { content } }, { usage })),
  (content) => event(of({ delta: { content, tool_calls: [{ index: 0, function: { arguments: '1' } }] } })),
  (content) => event(of({ delta: { content }, finish_reason: 'stop' })),
  (content) => event(of({ delta: { content } }, { model: content })),
  (content) => event(of({ delta: { content } }, { model: '\u00e9' })),
  (content) => event(of({ delta: { content } }, { [content]: '"content":"' })),
  (content) => event({ ...of({ delta: { content } }), choices: [] }),
  (content) => textEvent(content).replace('"content":', '"content":"twice","content":'),
  (content) => textEvent(content).replace('"content":', '"content" : '),
  (content) => textEvent(content).replace('"content":"', '"content":"\t'),
  (content) => textEvent(content).replace('"content":"', '"content":"\\u00'),
  (content) => textEvent(content).replaceAll('\n', '\r\n'),
  (content) => textEvent(content).replaceAll('\n', '\r'),
  (content) => textEvent(content).replace('data: ', 'data:'),
  (content) => textEvent(content).replace('data: ', 'id: 7\nevent: error\nretry: 1\ndata: '),
  (content) => textEvent(content).replace('"logprobs"', '\ndata: "logprobs"'),
  (content) => textEvent(content).replace('"logprobs"', ' "logprobs"'),
  (content) => textEvent(content).slice(0, -1),
];

/** Events, most of which are alike. */
const events = fc.oneof(
  { weight: 6, arbitrary: fc.array(text, { minLength: 1, maxLength: 6 }).map((all) => all.map(textEvent).join('')) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...shapes), fc.array(text, { minLength: 1, maxLength: 3 }))
      .map(([shape, all]) => all.map(shape).join('')),
  },
  fc.constantFrom(
    event(of({ delta: { role: 'assistant', content: '' } }, { x_groq: { id: 'req_1' } })),
    event(of({ delta: {}, finish_reason: 'stop' })),
    event(of({ delta: {}, finish_reason: 'tool_calls' })),
    event(of({ delta: {}, finish_reason: 'stop' }, { x_groq: { id: 'req_1', usage } })),
    event(of({ delta: null })),
    event({ ...of({}), choices: [], usage }),
    event({ error: { message: 'No', status_code: 400 } }),
    textEvent('x'.repeat(1_900)),
    textEvent('x'.repeat(3_000)),
    'data: [DONE]\n\n',
    ': a comment\n\n',
    ': a comment\n',
    '\n',
    '\uFEFF',
    'data: {\n\n',
    `data: ${'['.repeat(200)}\n\n`,
  ),
);

const streams = fc.record({
  body: fc.array(events, { maxLength: 12 }).map((all) => Buffer.from(all.join(''))),
  /** Bytes to change: the position and the new value. */
  wrong: fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(10, 13, 34, 92, 0xff, 0xc3))), {
    maxLength: 2,
  }),
  isWrong: fc.nat(3).map((n) => n === 0),
  sizes: fc.oneof(fc.constant([1_000_000]), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })),
  end: fc.constantFrom('complete', 'lost', 'left'),
  left: fc.integer({ min: 1, max: 10 }),
});

describe('readTokens', () => {
  it('should emit the same as the plain operators, for any stream', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async ({ body, wrong, isWrong, sizes, end, left }) => {
        if (isWrong) for (const [at, byte] of wrong) body[at % Math.max(1, body.length)] = byte;
        const lost = new ConnectionError('The connection was lost.', { sent: true });
        const pieces$ = from(cut(body, sizes));
        if (end === 'left') {
          const count = take<Token>(left);
          const never$ = concat(
            pieces$,
            throwError(() => lost),
          );
          expect(await toldOf(never$.pipe(fast, count))).toEqual(await toldOf(never$.pipe(plain, count)));
        } else
          await expectSame(
            end === 'complete'
              ? pieces$
              : concat(
                  pieces$,
                  throwError(() => lost),
                ),
          );
      }),
      { numRuns: 600 },
    );
  });

  it('should read events that differ only in their text without parsing them', () => {
    const words = Array.from({ length: 100 }, (_, i) => event(of({ delta: { content: ` "${i}" é\n` } })));
    const parse = vi.spyOn(JSON, 'parse');
    const tokens: Token[] = [];
    concat(from(cut(Buffer.from(words.join('')), [10_000])), NEVER)
      .pipe(fast)
      .subscribe((token) => tokens.push(token));
    const parsed = parse.mock.calls.filter(([json]) => json.startsWith('{')).length;
    parse.mockRestore();
    expect(tokens).toEqual(Array.from({ length: 100 }, (_, i) => ({ type: 'text', text: ` "${i}" é\n` })));
    // The first event, and the three that prove the template.
    expect(parsed).toBe(4);
  });

  it('should use the event parser only for events that are not a single data line', async () => {
    const feed = vi.spyOn(EventReader.prototype, 'feed');
    const lines = event(of({ delta: { role: 'assistant', content: '' } })) + textEvent('a') + textEvent('b');
    const end = event(of({ delta: {}, finish_reason: 'stop' }, { usage }));
    await lastValueFrom(from([Buffer.from(lines), Buffer.from(end), Buffer.from('data: [DONE]\n\n')]).pipe(fast));
    expect(feed).not.toHaveBeenCalled();
    const odd = [lines, ': a comment\n\n', textEvent('c'), end].map((piece) => Buffer.from(piece));
    await lastValueFrom(from(odd).pipe(fast));
    // The comment, after a blank line with which the parser starts in the middle of a stream.
    expect(feed.mock.calls.map(([bytes]) => String(bytes))).toEqual(['\n', ': a comment\n\n']);
    feed.mockRestore();
  });

  it('should stop learning a template when each event has its own id', () => {
    const words = Array.from({ length: 100 }, (_, i) => event({ ...of({ delta: { content: 'a' } }), id: `c${i}` }));
    const parse = vi.spyOn(JSON, 'parse');
    from([Buffer.from(words.join(''))])
      .pipe(fast)
      .subscribe({ error: () => undefined });
    const parsed = parse.mock.calls.length;
    parse.mockRestore();
    expect(parsed).toBeLessThan(110);
  });

  it('should stop reading when unsubscribed', () => {
    const words = Array.from({ length: 100 }, () => event(of({ delta: { content: 'a' } })));
    const read = vi.spyOn(TextTemplate.prototype, 'read');
    from([Buffer.from(words.join(''))])
      .pipe(fast, take(3))
      .subscribe();
    expect(read).toHaveBeenCalledTimes(2);
    read.mockRestore();
  });

  it('should not treat the continuation of an event as a new event', async () => {
    const text = textEvent('a');
    for (const begun of ['data: 1\n', 'data: ', 'id: ', ': ', '\r', 'data: \r'])
      await expectSame(from([text, text, begun, text, text, text].map((piece) => Buffer.from(piece))));
  });

  it.each([1, 7, 1_000_000])('should refuse a line that is too long, in pieces of %d bytes', async (size) => {
    const long = event(of({ delta: { content: 'x'.repeat(2_000) } }));
    const source = from(cut(Buffer.from(event(of({ delta: { content: 'a' } })) + long), [size]));
    await expectSame(source);
    const error: unknown = await lastValueFrom(source.pipe(fast)).catch((e: unknown) => e);
    expect(isProtocolError(error) && error.message).toMatch(/longer than 2000 bytes/);
  });

  shared('sse-cases.json', (file) => {
    const { cases } = JSON.parse(file) as { cases: { name: string; chunks_base64: string[] }[] };

    it.each(cases.map((c) => [c.name, c.chunks_base64] as const))(
      'should read like the parser: %s',
      async (_, pieces) => {
        const lines = event(of({ delta: { content: 'a' } })) + event(of({ delta: { content: 'b' } }));
        const all = [Buffer.from(lines), ...pieces.map((piece) => Buffer.from(piece, 'base64')), Buffer.from(lines)];
        for (const chunks of [all, [Buffer.concat(all)], cut(Buffer.concat(all), [1])]) await expectSame(from(chunks));
        await expectSame(from(all.slice(1)));
      },
    );
  });

  shared(INDEX, (index) => {
    const recordings = readRecordings(index).filter(({ response }) => response.sse !== undefined);

    it('should read all recordings like the plain operators', async () => {
      for (const { response, transport_chunk_bytes: sizes } of recordings) {
        const bytes = Buffer.from(response.sse ?? '');
        // Single bytes of the long ones would take seconds.
        const cuts = [[bytes.length], [bytes.length < 15_000 ? 1 : 97], ...(sizes?.length ? [sizes] : [])];
        for (const cutting of cuts) await expectSame(from(cut(bytes, cutting)));
      }
      expect(recordings).toHaveLength(95);
    });
  });
});
