import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { concat } from 'rxjs';
import { afterAll, afterEach, describe, expect, vi } from 'vitest';
import { deadPort } from '../readme/provoke.ts';
import { ends, first, well } from './answers.ts';
import { type Fault, MODEL, ONE, PROMPT, RESERVED, request, type Stage, TWO, testFaults } from './harness.ts';

const dead = await deadPort();

/** Advances the clock by `ms` in each of two attempts. */
const late =
  (ms: number, ready: (stage: Stage, attempt: number) => unknown) =>
  async (stage: Stage): Promise<void> => {
    for (const attempt of [0, 1]) {
      await ready(stage, attempt);
      await stage.clock.idle();
      stage.clock.advance(ms);
    }
  };

/** A server that accepts no connection, since its backlog is full: a worker that is blocked. */
async function fullBacklog(): Promise<{ port: number; stop: () => Promise<unknown> }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000);
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  const waiting: Socket[] = [];
  for (const socket of [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]) {
    waiting.push(socket.on('error', () => undefined));
    await once(socket, 'connect');
  }
  return {
    port,
    stop: () => {
      for (const socket of waiting) socket.destroy();
      return worker.terminate();
    },
  };
}

const full = await fullBacklog();

const held =
  (units: number) =>
  ({ ledger }: Stage): void => {
    const tokens = ledger.levelsNow(MODEL).find(({ dimension }) => dimension === 'tpd');
    expect(Math.round((tokens?.limit ?? 0) - (tokens?.level ?? 0))).toBe(units);
  };

const faults: readonly Fault[] = [
  {
    id: '5',
    what: 'nobody listens',
    url: () => `http://127.0.0.1:${dead}`,
    requests: 0,
    outcomes: ['unsent', 'unsent'],
    error: { code: 'GROQ_ERR_CONNECTION', sent: false, reason: 'ECONNREFUSED' },
  },
  {
    id: '6',
    what: 'a black hole: nobody says that there is no connection',
    url: () => `http://127.0.0.1:${full.port}`,
    play: late(10_000, () => undefined),
    requests: 0,
    outcomes: ['unsent', 'unsent'],
    error: { code: 'GROQ_ERR_TIMEOUT', phase: 'connect', limit: 10_000 },
  },
  {
    id: '7',
    what: 'a connection that is reset before the request is read',
    accept: (() => {
      let count = 0;
      return ({ socket }) => {
        if (count++ === 0) socket.resetAndDestroy();
      };
    })(),
    answer: well,
    outcomes: [['unsent', 'unknown'], 'used'],
    pooled: 1,
  },
  {
    id: '8',
    what: 'a connection that is reset instead of an answer',
    answer: first(({ connection }) => connection.socket.resetAndDestroy()),
    requests: 2,
    outcomes: ['unknown', 'used'],
    pooled: 1,
    // The doubtful charge of the first attempt remains beside the usage of the second.
    after: held(RESERVED + 12),
  },
  {
    id: '9',
    what: 'a connection that the server closes just when the next request is sent',
    answer: (asked, index) => {
      if (index === 1) asked.connection.socket.resetAndDestroy();
      else well(asked);
    },
    ask: (groq, call) => concat(groq.chat(request, call), groq.chat(request, { ...call, retry: { count: 0 } })),
    text: (ONE + TWO).repeat(2),
    requests: 3,
    outcomes: ['used', 'used'],
    pooled: 1,
    after: ({ events }) => {
      expect(events.map(({ type }) => type)).not.toContain('retrying');
    },
  },
  {
    id: '9/late',
    what: 'a connection of earlier requests that is reset while this one is worked at',
    answer: (asked, index) => {
      if (index === 0) well(asked);
    },
    ask: (groq, call) => concat(groq.chat(request, call), groq.chat(request, { ...call, retry: { count: 0 } })),
    play: async ({ server }) => {
      const { connection } = await server.requests.at(1);
      const later = performance.now() + 2_000;
      vi.spyOn(performance, 'now').mockReturnValue(later);
      connection.socket.resetAndDestroy();
    },
    text: ONE + TWO,
    requests: 2,
    outcomes: ['used', 'unknown'],
    error: { code: 'GROQ_ERR_CONNECTION', sent: true },
  },
  {
    id: '9b',
    what: 'a new connection that is closed as soon as the request is there is no stale one',
    answer: first(({ connection }) => connection.socket.end()),
    options: { retry: { count: 0 } },
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_CONNECTION', sent: true },
  },
  {
    id: '10',
    what: 'a server that says goodbye right after the request',
    answer: ends(''),
    requests: 2,
    outcomes: ['unknown', 'unknown'],
    error: { code: 'GROQ_ERR_CONNECTION', sent: true },
  },
  {
    id: '11',
    what: 'a server that never reads the request',
    accept: ({ socket }) => socket.pause(),
    ask: (groq, call) => groq.chat({ messages: [{ role: 'user', content: PROMPT.repeat(400_000) }] }, call),
    play: async (stage) => {
      await late(30_000, ({ server }, attempt) => server.connections.at(attempt))(stage);
      // A socket notices that the peer has closed only while it reads.
      for (const { socket } of stage.server.connections.all) socket.resume();
    },
    requests: 0,
    outcomes: ['unknown', 'unknown'],
    error: { code: 'GROQ_ERR_TIMEOUT', phase: 'firstToken' },
  },
  {
    id: '12',
    what: 'a server that never answers',
    play: late(30_000, ({ server }, attempt) => server.requests.at(attempt)),
    requests: 2,
    outcomes: ['unknown', 'unknown'],
    error: { code: 'GROQ_ERR_TIMEOUT', phase: 'firstToken' },
  },
];

describe('TCP', () => {
  afterAll(() => full.stop());
  afterEach(() => {
    vi.restoreAllMocks();
  });
  testFaults(faults);
});
