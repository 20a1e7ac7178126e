import { describe, expect } from 'vitest';
import { DEFAULT_MODEL } from '../../src/model/Models.ts';
import type { Token } from '../../src/model/Token.ts';
import { chunk, DONE_EVENT, LAST_CHUNK } from '../util/http.ts';
import { BEGUN, bytes, ends, event, events, finish, first, one, two, writes } from './answers.ts';
import { type Fault, ONE, type Stage, testFaults } from './harness.ts';

/** The stream is cut after its first piece, which is kept; its usage is unknown. */
const truncated = {
  text: ONE,
  outcomes: ['unknown'],
  error: { code: 'GROQ_ERR_TRUNCATED_STREAM', model: DEFAULT_MODEL, partial: { text: ONE, toolCalls: [] } },
} as const;

const silent = (phase: string) => ({ code: 'GROQ_ERR_TIMEOUT', phase });

/** Runs after the first piece has arrived. */
const thenAt =
  (act: (socket: Stage['server']['requests']['all'][number]['connection']['socket']) => unknown) =>
  async ({ asked, server }: Stage): Promise<void> => {
    await asked.values.at(0);
    await act((await server.requests.at(0)).connection.socket);
  };

/** Waits until the written bytes have arrived. */
const arrive = async ({ clock }: Stage): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await clock.idle();
};

const last = (values: readonly unknown[]): Token => values.at(-1) as Token;

const error = (status: number, code = 'some_code'): string =>
  `event: error\ndata: ${JSON.stringify({ error: { message: 'What Groq says', code, status_code: status } })}\n\n`;

const stalls: readonly Fault[] = [
  {
    id: '36/head',
    what: 'a stall before anything has come',
    answer: (asked) => asked.connection.socket.write(events()),
    play: async (stage) => {
      for (const attempt of [0, 1]) {
        await stage.server.requests.at(attempt);
        await arrive(stage);
        stage.clock.advance(30_000);
      }
    },
    requests: 2,
    outcomes: ['unknown', 'unknown'],
    error: silent('firstToken'),
  },
  {
    id: '36/comments',
    what: 'a stall in which only comments come',
    answer: writes(BEGUN),
    play: async (stage) => {
      await stage.asked.values.at(0);
      for (let second = 0; second < 59; second++) {
        stage.clock.advance(1_000);
        stage.server.requests.all[0]?.connection.socket.write(chunk(': ping\n\n'));
        await arrive(stage);
      }
      expect(stage.asked.ends).toEqual([]);
      stage.clock.advance(1_000);
    },
    text: ONE,
    outcomes: ['unknown'],
    error: { ...silent('betweenTokens'), partial: { text: ONE } },
  },
  {
    id: '36/total',
    what: 'an answer that is not whole in time',
    answer: writes(BEGUN),
    options: { timeouts: { betweenTokens: 1e9, total: 120_000 } },
    play: async ({ asked, clock }) => {
      await asked.values.at(0);
      clock.advance(120_000);
    },
    text: ONE,
    outcomes: ['unknown'],
    error: { ...silent('total'), partial: { text: ONE } },
  },
  {
    id: '36/slow',
    what: 'no stall: a token every 59 seconds',
    answer: writes(BEGUN),
    play: async (stage) => {
      await stage.asked.values.at(0);
      stage.clock.advance(59_000);
      stage.server.requests.all[0]?.connection.socket.write(chunk(two));
      await stage.asked.values.at(1);
      stage.clock.advance(59_000);
      stage.server.requests.all[0]?.connection.socket.write(bytes(chunk(finish), chunk(DONE_EVENT), LAST_CHUNK));
    },
    pooled: 1,
  },
];

const cuts: readonly Fault[] = [
  {
    id: '37/fin',
    what: 'a connection that is closed within a chunk',
    answer: ends(bytes(BEGUN, '5\r\nda')),
    ...truncated,
  },
  {
    id: '37/rst',
    what: 'a connection that is reset within a chunk',
    answer: writes(bytes(BEGUN, '5\r\nda')),
    play: thenAt((socket) => socket.resetAndDestroy()),
    ...truncated,
  },
  {
    id: '38',
    what: 'an end in good order without a reason',
    answer: writes(bytes(BEGUN, LAST_CHUNK)),
    ...truncated,
    pooled: 1,
  },
  {
    id: '39',
    what: 'a [DONE] without a reason',
    answer: writes(bytes(events(one, two, DONE_EVENT), LAST_CHUNK)),
    outcomes: ['unknown'],
    values: (values) => {
      expect(last(values)).toMatchObject({ type: 'finish', reason: 'unknown' });
    },
    pooled: 1,
  },
  {
    id: '40',
    what: 'a reason without a [DONE]',
    answer: writes(bytes(events(one, two, finish), LAST_CHUNK)),
    values: (values) => {
      expect(last(values)).toMatchObject({ type: 'finish', reason: 'stop', usage: { total_tokens: 12 } });
    },
    pooled: 1,
  },
  ...[
    ['a reason', events(one, two, finish)],
    ['a [DONE]', events(one, two, finish, DONE_EVENT)],
  ].map(([what, bytes = '']) => ({
    id: `41/${String(what)}`,
    what: `${String(what)}, after which the connection stays open`,
    answer: writes(bytes),
    play: async ({ asked, clock }: Stage) => {
      await asked.values.at(2);
      clock.advance(50);
    },
  })),
  {
    id: '42',
    what: 'more events after the [DONE]',
    answer: writes(events(one, two, finish, DONE_EVENT, one, two, finish)),
    play: async ({ asked, clock }: Stage) => {
      await asked.values.at(2);
      clock.advance(50);
    },
  },
  {
    id: '48',
    what: 'half an event at the end',
    answer: writes(bytes(events(one, two.slice(0, -2)), LAST_CHUNK)),
    ...truncated,
    pooled: 1,
  },
];

const errors: readonly Fault[] = [
  {
    id: '49/after',
    what: 'an error in the middle of the stream',
    answer: writes(bytes(events(one, error(503)), LAST_CHUNK)),
    text: ONE,
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_HTTP', status: 503, groqCode: 'some_code', partial: { text: ONE } },
  },
  {
    id: '49/before',
    what: 'an error before the first token, which may be different next time',
    answer: first(writes(bytes(events(error(503)), LAST_CHUNK))),
    requests: 2,
    outcomes: ['unknown', 'used'],
    pooled: 1,
  },
  {
    id: '49/never',
    what: 'an error before the first token, which would be the same',
    answer: writes(bytes(events(error(400, 'tool_use_failed')), LAST_CHUNK)),
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_HTTP', status: 400, groqCode: 'tool_use_failed' },
  },
  {
    id: '49/x_groq',
    what: 'an error beside the choices',
    answer: writes(bytes(events(one, event({ choices: [], x_groq: { error: 'over capacity' } })), LAST_CHUNK)),
    text: ONE,
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_HTTP', status: 500 },
  },
];

describe('event streams', () => {
  testFaults([...stalls, ...cuts, ...errors]);
});
