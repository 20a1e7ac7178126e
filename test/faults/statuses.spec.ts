import { describe, expect } from 'vitest';
import { head, whole } from '../util/http.ts';
import { type RawRequest, startRawServer } from '../util/rawServer.ts';
import { first, refusal, well, writes } from './answers.ts';
import { type Fault, HOUR, KEY, MODEL, type Stage, testFaults } from './harness.ts';

/** A refused request costs one request and no tokens. */
const refused = { outcomes: ['used'], pooled: 1, after: costs(1, 0) } as const;

function costs(requests: number, tokens: number, ...told: readonly string[]) {
  return ({ ledger, clock }: Stage): void => {
    if (clock.now() > 0) return;
    const taken = ledger.levelsNow(MODEL).map(({ dimension, limit, level }) => [dimension, limit - level]);
    expect(taken).toEqual([['rpd', requests], ['tpd', tokens], ...told.map((dimension) => [dimension, 0])]);
  };
}

/** Waits until a delay before a retry begins, and returns it in milliseconds. */
async function pause({ events, clock }: Stage): Promise<number> {
  for (;;) {
    const retrying = events.find(({ type }) => type === 'retrying');
    if (retrying?.type === 'retrying') return retrying.delay;
    await clock.idle();
  }
}

/** Checks that the delay has exactly this length, and lets it pass. */
const pauses =
  (ms: number) =>
  async (stage: Stage): Promise<void> => {
    expect(await pause(stage)).toBe(ms);
    stage.clock.advance(ms - 1);
    await stage.clock.idle();
    expect(stage.server.requests.length).toBe(1);
    stage.clock.advance(1);
  };

/** The client's own delay: half of its maximum. */
const own = { retry: { count: 1, initialDelay: 1_000 }, random: () => 0.5 };

const again = { requests: 2, pooled: 1 } as const;

const RETRY_AFTERS: readonly (readonly [string, string])[] = [
  ['a word', 'abc'],
  ['less than nothing', '-5'],
  ['a date that is past', 'Wed, 21 Oct 2015 07:28:00 GMT'],
  ['more than a number holds', '1e400'],
  ['a hexadecimal number', '0x10'],
  ['no number', 'NaN'],
  ['nothing', ''],
  ['10 kB of digits', '9'.repeat(10_000)],
  ['10 kB of blanks', `1${' '.repeat(10_000)}s`],
];

/** Where redirects point to. */
const elsewhere = { url: '' };

const faults: readonly Fault[] = [
  ...[408, 409].map((status) => ({
    id: `17/${status}`,
    what: `a ${status}`,
    answer: first(writes(refusal(status))),
    // The server may have worked until its timeout.
    outcomes: [status === 408 ? 'unknown' : 'used', 'used'] as const,
    ...again,
  })),
  {
    id: '18',
    what: 'a 429 that says when to come back',
    answer: first(writes(refusal(429, { 'retry-after': 7 }))),
    play: async (stage) => {
      const { clock, server, events } = stage;
      while (!events.some(({ type }) => type === 'rate-limited')) await clock.idle();
      await clock.idle();
      clock.advance(6_999);
      await clock.idle();
      expect(server.requests.length).toBe(1);
      clock.advance(1);
    },
    outcomes: ['rejected', 'used'],
    ...again,
  },
  {
    id: '19',
    what: 'a 429 that says nothing',
    answer: (asked, index) => (index < 3 ? writes(whole(429, ''))(asked) : well(asked)),
    play: async ({ clock, server, asked }) => {
      for (let turn = 0; turn < 100_000 && asked.ends.length === 0; turn++) {
        await clock.idle();
        clock.advance(10);
      }
      // No retry storm: it waits longer each time.
      expect(server.requests.length).toBe(4);
      expect(clock.now()).toBeGreaterThan(300);
    },
    outcomes: ['rejected', 'rejected', 'rejected', 'used'],
    requests: 4,
    pooled: 1,
  },
  ...RETRY_AFTERS.map(([what, value], index) => ({
    id: `20/${index}`,
    what: `a retry-after that is ${what}`,
    answer: first(writes(refusal(503, { 'retry-after': value }))),
    options: own,
    play: pauses(500),
    outcomes: ['unknown', 'used'] as const,
    ...again,
  })),
  {
    id: '20/two',
    what: 'a retry-after that comes twice',
    answer: first(writes(refusal(503).replace('content-type', 'retry-after: 1\r\nretry-after: 2\r\ncontent-type'))),
    options: own,
    play: pauses(500),
    outcomes: ['unknown', 'used'],
    ...again,
  },
  {
    id: '20/good',
    what: 'a retry-after that is good',
    answer: first(writes(refusal(503, { 'retry-after': 2.5 }))),
    options: own,
    play: pauses(3_000),
    outcomes: ['unknown', 'used'],
    ...again,
  },
  {
    id: '21',
    what: 'a retry-after of a month',
    answer: writes(refusal(503, { 'retry-after': 2_592_000 })),
    options: { timeouts: { queue: 1_000 * HOUR } },
    outcomes: ['unknown'],
    pooled: 1,
    error: { code: 'GROQ_ERR_HTTP', status: 503, retryAfter: 2_592_000_000 },
  },
  {
    id: '21b',
    what: 'a retry-after for longer than the request may wait',
    answer: writes(refusal(503, { 'retry-after': 61 })),
    options: { timeouts: { queue: 60_000 } },
    outcomes: ['unknown'],
    pooled: 1,
    error: { code: 'GROQ_ERR_HTTP', status: 503, retryAfter: 61_000 },
  },
  {
    id: '22',
    what: 'a 413 for what never fits a limit',
    answer: writes(
      refusal(
        413,
        {},
        'Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 12328, please …',
      ),
    ),
    ...refused,
    // The reported limit is known from then on.
    after: costs(1, 0, 'tpm'),
    error: { code: 'GROQ_ERR_REQUEST_TOO_LARGE', dimension: 'tpm', cost: 12_328, limit: 6_000 },
  },
  ...[498, 503].map((status) => ({
    id: `23/${status}`,
    what: `a ${status}, for want of capacity`,
    answer: first(writes(refusal(status))),
    outcomes: [['used', 'unknown'], 'used'] as const,
    ...again,
  })),
  ...[500, 502, 504].map((status) => ({
    id: `24/${status}`,
    what: `a ${status} with a page that shows what was sent`,
    answer: writes(
      whole(status, `<html>authorization: Bearer ${KEY}<p>${'x'.repeat(100_000)}`, { 'content-type': 'text/html' }),
    ),
    outcomes: ['unknown', 'unknown'] as const,
    error: { code: 'GROQ_ERR_HTTP', status },
    after: ({ asked }: Stage) => {
      expect(String(asked.ends[0]?.[1]).length).toBeLessThan(4_300);
    },
    ...again,
  })),
  ...[400, 401, 403, 404].map((status) => ({
    id: `25/${status}`,
    what: `a ${status}`,
    answer: writes(refusal(status)),
    ...refused,
    error: { code: 'GROQ_ERR_HTTP', status, groqCode: 'some_code' },
  })),
  {
    id: '25/422',
    what: 'a 422, which may come after the model has worked',
    answer: writes(refusal(422)),
    outcomes: ['unknown'],
    pooled: 1,
    after: costs(1, 110),
    error: { code: 'GROQ_ERR_HTTP', status: 422, groqCode: 'some_code' },
  },
  {
    id: '26a',
    what: 'a server that wants what it refused to be tried again',
    answer: first(writes(refusal(400, { 'x-should-retry': 'true' }))),
    outcomes: ['used', 'used'],
    ...again,
  },
  {
    id: '26b',
    what: 'a server that does not want what failed to be tried again',
    answer: writes(refusal(503, { 'x-should-retry': 'false' })),
    outcomes: ['unknown'],
    pooled: 1,
    error: { code: 'GROQ_ERR_HTTP', status: 503, shouldRetry: false },
  },
  ...[301, 302, 303, 307, 308].map((status) => ({
    id: `27/${status}`,
    what: `a ${status} to another server`,
    answer: ({ connection }: RawRequest) => {
      connection.socket.write(head(status, { location: `${elsewhere.url}/v1/chat`, 'content-length': 0 }));
    },
    url: async (server: { url: string }, ended: (stop: () => unknown) => void) => {
      const other = await startRawServer();
      elsewhere.url = other.server.url;
      ended(async () => {
        expect(other.server.connections.length).toBe(0);
        await other.stop();
      });
      return server.url;
    },
    outcomes: ['unknown'] as const,
    pooled: 1,
    error: { code: 'GROQ_ERR_PROTOCOL' },
  })),
];

describe('HTTP statuses', () => {
  testFaults(faults);
});
