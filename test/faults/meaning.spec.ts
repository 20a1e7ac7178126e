import { describe, expect } from 'vitest';
import type { Cost } from '../../src/model/Cost.ts';
import type { Token } from '../../src/model/Token.ts';
import { DONE_EVENT, LAST_CHUNK } from '../util/http.ts';
import { bytes, event, events, one, two, used, writes } from './answers.ts';
import { type Fault, MODEL, RESERVED, type Stage, testFaults } from './harness.ts';

const chunkOf = (reason: string | null, delta: object = {}, rest: object = {}): string =>
  event({ id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, delta, finish_reason: reason }], ...rest });

const stream = (...all: readonly string[]) => writes(bytes(events(...all, DONE_EVENT), LAST_CHUNK));

const lastOf = (values: readonly unknown[]): Token => values.at(-1) as Token;

/** The tokens that the settlements have taken. */
const taken = ({ ledger }: Stage): number => {
  const [{ reservation, outcome } = expect.unreachable()] = ledger.settled;
  return outcome.type === 'used' ? outcome.cost.tokens : (reservation.cost satisfies Cost).tokens;
};

const costs =
  (tokens: number) =>
  (stage: Stage): void => {
    expect(taken(stage)).toBe(tokens);
    for (const { level } of stage.ledger.levelsNow(MODEL)) expect(level).toSatisfy(Number.isFinite);
  };

const toolCall = (args: string) => ({
  tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'delete_all', arguments: args } }],
});

const usages: readonly (readonly [what: string, usage: unknown, tokens: number])[] = [
  ['missing', undefined, RESERVED],
  ['null', null, RESERVED],
  ['an empty object', {}, RESERVED],
  ['a list', [1], RESERVED],
  ['text', { prompt_tokens: '10', completion_tokens: '2' }, RESERVED],
  ['below zero', { prompt_tokens: -10, completion_tokens: -2 }, RESERVED],
  ['half below zero', { prompt_tokens: 10, completion_tokens: -2 }, RESERVED],
  ['half missing', { prompt_tokens: 10 }, RESERVED],
  ['huge', { prompt_tokens: 1e300, completion_tokens: 1 }, RESERVED],
  ['no whole number', { prompt_tokens: 1.5, completion_tokens: 1 }, RESERVED],
  ['zero', { prompt_tokens: 0, completion_tokens: 0 }, 0],
  ['all from the cache', { ...used, prompt_tokens_details: { cached_tokens: 10 } }, 2],
  ['more from the cache than there was', { ...used, prompt_tokens_details: { cached_tokens: 99 } }, 2],
  ['nonsense from the cache', { ...used, prompt_tokens_details: { cached_tokens: -5 } }, 12],
];

const faults: readonly Fault[] = [
  ...['length', 'content_filter', 'tool_calls', 'a reason of tomorrow'].map((reason) => ({
    id: `57/${reason}`,
    what: `an answer that ends for the reason ${reason}`,
    answer: stream(one, two, chunkOf(reason, {}, { usage: used })),
    values: (values: readonly unknown[]) => {
      expect(lastOf(values)).toMatchObject({ type: 'finish', reason });
    },
    pooled: 1,
  })),
  ...['length', 'stop'].map((reason) => ({
    id: `58/${reason}`,
    what: `the arguments of a tool that break off, with the reason ${reason}`,
    answer: stream(one, two, chunkOf(null, toolCall('{"path":"/ho')), chunkOf(reason, {}, { usage: used })),
    values: (values: readonly unknown[]) => {
      expect(values.map((value) => (value as Token).type)).not.toContain('tool-call');
    },
    pooled: 1,
  })),
  {
    id: '58/cut',
    what: 'the arguments of a tool that are cut',
    answer: writes(bytes(events(one, two, chunkOf(null, toolCall('{"path":"/ho'))), LAST_CHUNK)),
    text: 'the-output-that-nobody-may-see',
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_TRUNCATED_STREAM', partial: { toolCalls: [] } },
    pooled: 1,
  },
  ...usages.map(([what, usage, tokens]) => ({
    id: `59/${what}`,
    what: `a usage that is ${what}`,
    answer: stream(one, two, chunkOf('stop', {}, { usage })),
    outcomes: [tokens === RESERVED ? 'unknown' : 'used'] as const,
    after: costs(tokens),
    pooled: 1,
  })),
  {
    id: '59/x_groq',
    what: 'a usage where Groq had it first',
    answer: stream(one, two, chunkOf('stop', {}, { x_groq: { id: 'req_1', usage: used } })),
    after: costs(12),
    pooled: 1,
  },
  {
    id: '60',
    what: 'a usage that is more than what was reserved',
    answer: stream(one, two, chunkOf('stop', {}, { usage: { ...used, completion_tokens: 500 } })),
    limits: { tpd: 200 },
    after: (stage) => {
      costs(510)(stage);
      expect(stage.ledger.levelsNow(MODEL)).toMatchObject([{ dimension: 'tpd', level: -310 }]);
    },
    pooled: 1,
  },
  {
    id: '61',
    what: 'another model than the one that was asked',
    answer: stream(one, two, chunkOf('stop', {}, { usage: used, model: 'another' })),
    values: (values) => {
      expect(lastOf(values)).toMatchObject({ type: 'finish', model: 'another' });
    },
    after: (stage) => {
      costs(12)(stage);
      expect(stage.ledger.settled.map(({ reservation }) => reservation.key)).toEqual([MODEL]);
    },
    pooled: 1,
  },
];

describe('the meaning of an answer', () => {
  testFaults(faults);
});
