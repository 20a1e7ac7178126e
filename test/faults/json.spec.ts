import { afterEach, describe, expect } from 'vitest';
import { DONE_EVENT, json, LAST_CHUNK } from '../util/http.ts';
import { bytes, event, events, finish, one, two, writes } from './answers.ts';
import { type Fault, ONE, request, TWO, testFaults } from './harness.ts';

/** An answer with these events between its pieces and its finish. */
const around = (...more: readonly unknown[]) =>
  writes(bytes(events(one, ...more.map(event), two, finish, DONE_EVENT), LAST_CHUNK));

/** The result of an event that makes the stream invalid. */
const broken = {
  text: ONE,
  outcomes: ['unknown'],
  error: { code: 'GROQ_ERR_PROTOCOL', partial: { text: ONE } },
} as const;

const fine = { pooled: 1 } as const;

const choice = (delta: unknown, rest: object = {}) => ({
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null, ...rest }],
});

const call = (index: unknown) =>
  choice({ tool_calls: [{ index, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] });

const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

const POLLUTED = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"choices":[]}';

const unbelievable: readonly (readonly [string, string])[] = [
  ['garbage', `the-output-that-nobody-may-see`],
  ['half an object', '{"choices":[{"delta":{"content":"the-output-'],
  ['NaN', '{"choices":NaN}'],
  ['a list', '[]'],
  ['a number', '1'],
  ['null', 'null'],
  ['no choices', '{"id":"x"}'],
  ['choices that are no list', '{"choices":{}}'],
  ['a choice that is no object', '{"choices":[1]}'],
  ['lists in lists in lists', nested],
  ['lists in lists in lists, where nobody looks', `{"choices":[],"x":${nested}}`],
];

const harmless: readonly (readonly [string, unknown])[] = [
  ['a huge number', '{"choices":[],"created":1e400,"x":123456789012345678901234567890}'],
  ['keys that come twice', '{"choices":[{"index":0}],"choices":[]}'],
  ['no choice', { choices: [] }],
  ['no delta', choice(undefined)],
  ['a delta of null', choice(null)],
  ['content of null', choice({ content: null })],
  ['content that is no text', choice({ content: 5, reasoning: {}, tool_calls: 'x' })],
  ['fields that nobody knows', { ...choice({ channel: 'x', y: [1] }), z: { a: 1 } }],
  ['another choice', { ...choice({ content: 'not mine' }, { index: 1 }) }],
];

const faults: readonly Fault[] = [
  ...unbelievable.map(([what, text]) => ({ id: `53/${what}`, what, answer: around(text), ...broken })),
  {
    id: '53/whole',
    what: 'half a completion',
    answer: writes(json(200, {}).replace('content-length: 2', 'content-length: 1').slice(0, -1)),
    ask: (groq, options) => groq.complete(request, options),
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_PROTOCOL' },
    pooled: 1,
  },
  {
    id: '54/keys',
    what: 'keys that are not what they seem',
    answer: around(POLLUTED, JSON.parse('{"choices":[{"index":0,"delta":{"__proto__":{"content":"x"}}}]}')),
    ...fine,
  },
  {
    id: '54/names',
    what: 'a model whose name is not what it seems',
    answer: around(),
    ask: (groq, options) =>
      groq.chat({ ...request, model: '__proto__', user: 'constructor' }, { ...options, tenant: '__proto__' }),
    ...fine,
  },
  ...[-1, 1e9, 1.5, '0', null, undefined].map((index) => ({
    id: `55/${String(index)}`,
    what: `a tool call with the index ${JSON.stringify(index)}`,
    answer: around(call(index)),
    ...broken,
  })),
  {
    id: '55/gap',
    what: 'tool calls with a gap between them',
    answer: around(call(127), call(3)),
    values: (values) => {
      expect(values.filter((value) => (value as { type: string }).type === 'tool-call')).toMatchObject([
        { index: 3 },
        { index: 127 },
      ]);
    },
    ...fine,
  },
  ...harmless.map(([what, data]) => ({ id: `56/${what}`, what, answer: around(data), ...fine })),
  {
    id: '56/interleaved',
    what: 'several choices that take turns',
    answer: around(choice({ content: TWO }, { index: 1 }), choice({}, { index: 1, finish_reason: 'stop' })),
    ...fine,
  },
];

describe('JSON', () => {
  afterEach(() => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });
  testFaults(faults);
});
