import { deepStrictEqual, strictEqual } from 'node:assert';
import * as fc from 'fast-check';
import { from, type OperatorFunction, pipe } from 'rxjs';
import { isGroqError } from '../../src/errors/GroqError.ts';
import type { ServerEvent } from '../../src/model/Chunk.ts';
import type { Token } from '../../src/model/Token.ts';
import { readTokens } from '../../src/operators/internal/readTokens.ts';
import { parseAnswer } from '../../src/operators/parseAnswer.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { toChunks } from '../../src/operators/toChunks.ts';
import { toTokens } from '../../src/operators/toTokens.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { anyText, type Cut, cut, joined, textOf, utf8 } from './bytes.ts';
import { plainEvents } from './plainEvents.ts';
import { plainTokens } from './plainTokens.ts';
import { target } from './Target.ts';

/** All notifications of a synchronous stream. */
interface Heard<T> {
  readonly values: T[];
  readonly error: unknown;
  readonly ends: number;
}

function hear<T>(pieces: readonly Uint8Array[], operator: OperatorFunction<Uint8Array, T>): Heard<T> {
  const values: T[] = [];
  let error: unknown;
  let ends = 0;
  from(pieces)
    .pipe(operator)
    .subscribe({
      next: (value) => values.push(value),
      error: (cause: unknown) => {
        error = cause;
        ends += 1;
      },
      complete: () => {
        ends += 1;
      },
    });
  return { values, error, ends };
}

/** Valid and invalid parts of an event stream. */
const parts = textOf(
  [
    ...[
      'data',
      'event',
      'id',
      'retry',
      ':',
      ': ',
      ' ',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\r\r',
      '\r\n\r\n',
      'data: ',
      'id: ',
    ],
    ...['\ufeff', '\0', 'é', '😀', '[DONE]', '{"a":1}', 'x', 'Data', '0', '\u2028', '\u0085'],
  ],
  25,
);

const strayBytes = fc.constantFrom(
  Uint8Array.of(0xff),
  Uint8Array.of(0xe2, 0x82),
  Uint8Array.of(0xf0, 0x9f),
  Uint8Array.of(0x80),
);

const eventBytes = fc
  .array(fc.oneof({ weight: 6, arbitrary: parts.map(utf8) }, { weight: 1, arbitrary: strayBytes }), { maxLength: 4 })
  .map(joined);

const word = fc.oneof(
  anyText(12),
  fc.constantFrom(
    ' the',
    '',
    '\n',
    '"',
    '\\',
    '"}',
    'é',
    '😀',
    '\ud83d',
    '\u0000',
    ' a longer piece of text',
    '\u2028',
  ),
);

const chunkOf = (choice: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, logprobs: null, finish_reason: null, ...choice }], ...rest })}\n\n`;

const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

/** The events of an answer, mostly as Groq sends them. */
const answerEvent = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(word, { minLength: 1, maxLength: 5 })
      .map((words) => words.map((content) => chunkOf({ delta: { content } })).join('')),
  },
  { weight: 2, arbitrary: word.map((reasoning) => chunkOf({ delta: { reasoning, channel: 'analysis' } })) },
  { weight: 1, arbitrary: word.map((content) => chunkOf({ delta: { content } }).replaceAll('\n', '\r\n')) },
  { weight: 1, arbitrary: word.map((content) => chunkOf({ delta: { content } }).replace('data: ', 'data:')) },
  { weight: 1, arbitrary: word.map((content) => chunkOf({ delta: { content, reasoning: 'why' } })) },
  { weight: 1, arbitrary: word.map((content) => chunkOf({ delta: { content }, index: 1 })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ': ping\n\n',
      chunkOf({ delta: { role: 'assistant', content: '' } }, { x_groq: { id: 'req_1' } }),
      chunkOf({ delta: {}, finish_reason: 'stop' }),
      chunkOf({ delta: {}, finish_reason: 'length' }, { usage: USAGE }),
      `data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n`,
      'data: [DONE]\n\n',
      'data: {"choices"\n\n',
      'data: []\n\n',
      'data: {"error":{"message":"no"}}\n\n',
      '\n',
    ),
  },
);

const answerBytes = fc.array(answerEvent, { maxLength: 8 }).map((events) => utf8(events.join('')));

/** The combined content of the tokens of an answer. */
function said(values: readonly Token[]): {
  text: string;
  reasoning: string;
  finish: string | undefined;
  usage: unknown;
} {
  let text = '';
  let reasoning = '';
  let finish: string | undefined;
  let usage: unknown;
  for (const token of values) {
    if (token.type === 'text') text += token.text;
    else if (token.type === 'reasoning') reasoning += token.text;
    else if (token.type === 'finish') {
      finish = token.reason;
      usage = token.usage;
    }
  }
  return { text, reasoning, finish, usage };
}

function checkAnswer({ bytes, pieces }: Cut): void {
  const scheduler = virtualClock();
  const fast = hear(pieces, readTokens({ scheduler }));
  const byParser = hear(pieces, pipe(parseEvents(), toTokens({ scheduler })));
  scheduler.flush();
  deepStrictEqual(fast.values, byParser.values);
  for (const { error, ends } of [fast, byParser]) {
    strictEqual(ends, 1);
    if (error !== undefined && !isGroqError(error)) throw new Error('not typed', { cause: error });
  }
  const plain = plainTokens(bytes);
  const heard = said(fast.values);
  strictEqual(heard.text, plain.text);
  strictEqual(heard.reasoning, plain.reasoning);
  if (fast.error === undefined) {
    strictEqual(plain.whole, true);
    strictEqual(heard.finish, plain.finish);
    deepStrictEqual(heard.usage, plain.usage);
  }
}

/** Any JSON value, with dangerous property names. */
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));

const mischief = textOf(
  [
    ...['{', '}', '[', ']', ',', ':', '"choices"', '"delta"', '"index"', '"content"', '"tool_calls"', '"function"'],
    ...['"__proto__"', '"constructor"', '"prototype"', '"usage"', '"x_groq"', '"error"', '"message"', '0', '-1', '1e9'],
    ...['1e400', 'null', 'true', '"x"', '[{"index":0,"delta":', '{"choices":[{"index":0,"delta":{', '}}]}'],
  ],
  30,
);

const structured = fc
  .record(
    {
      index: fc.constantFrom<unknown>(0, 1, -1, '0', null, 1e9, 0.5),
      delta: fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.record(
          {
            content: fc.constantFrom<unknown>('a', null, 1, {}, []),
            reasoning: fc.constantFrom<unknown>('b', null, 1),
            tool_calls: fc.oneof(
              fc.jsonValue({ maxDepth: 2 }),
              fc.array(
                fc.record(
                  {
                    index: fc.constantFrom<unknown>(0, 1, 127, 128, -1, 1e9, 0.5, '0', null, '__proto__'),
                    id: fc.constantFrom<unknown>('a', '__proto__', 1, null),
                    function: fc.constantFrom<unknown>({ name: 'f', arguments: '{}' }, { arguments: '{' }, null, 1),
                  },
                  { requiredKeys: [] },
                ),
                { maxLength: 3 },
              ),
            ),
          },
          { requiredKeys: [] },
        ),
      ),
      finish_reason: fc.constantFrom<unknown>('stop', 'tool_calls', 'length', '', null, 1, {}),
    },
    { requiredKeys: [] },
  )
  .map((choice) => JSON.stringify({ choices: [choice] }));

const data = fc.oneof(json, mischief, structured);

function checkData(all: readonly string[]): void {
  const bytes = utf8(all.map((one) => `data: ${one}\n\n`).join(''));
  const scheduler = virtualClock();
  const heards: Heard<unknown>[] = [
    hear([bytes], readTokens({ scheduler })),
    hear([bytes], pipe(parseEvents(), toTokens({ scheduler }))),
    hear([bytes], pipe(parseEvents(), toChunks())),
    hear([utf8(all[0] ?? '')], parseAnswer()),
  ];
  scheduler.flush();
  for (const { error, ends } of heards) {
    strictEqual(ends, 1);
    if (error !== undefined && !isGroqError(error)) throw new Error('not typed', { cause: error });
  }
  deepStrictEqual(Object.keys(Object.prototype), []);
}

export const STREAMS = [
  target('parseEvents, beside the standard line by line', 5_000, cut(eventBytes), ({ bytes, pieces }) => {
    const { values, error, ends } = hear<ServerEvent>(pieces, parseEvents());
    deepStrictEqual({ values, error, ends }, { values: plainEvents(bytes), error: undefined, ends: 1 });
  }),
  target('readTokens, beside the parser and JSON.parse', 2_500, cut(answerBytes), checkAnswer),
  target('chunks and answers of whatever JSON', 2_500, fc.array(data, { minLength: 1, maxLength: 3 }), checkData),
];
