import { describe, expect } from 'vitest';
import type { Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { Token } from '../../src/model/Token.ts';
import { head } from '../util/http.ts';
import type { RawRequest } from '../util/rawServer.ts';
import { type Told, told } from '../util/told.ts';
import { bytes, WHOLE_BODY, well } from './answers.ts';
import { type Fault, MODEL, RESERVED, request, type Stage, testFaults } from './harness.ts';

/** The whole answer, with these headers. */
const telling = (headers: Record<string, string>): Buffer =>
  bytes(head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked', ...headers }), WHOLE_BODY);

const says =
  (headers: Record<string, string>) =>
  ({ connection }: RawRequest): unknown =>
    connection.socket.write(telling(headers));

const tokensLeft = (limit: number, remaining: number): Record<string, string> => ({
  'x-ratelimit-limit-tokens': String(limit),
  'x-ratelimit-remaining-tokens': String(remaining),
});

const bucket = ({ ledger }: Stage, dimension: Dimension = 'tpm') =>
  ledger.levelsNow(MODEL).find((level) => level.dimension === dimension);

const ENOUGH: Limits = { rpd: 1_000_000, tpd: 100_000_000 };

/** Headers without usable content. */
const NONSENSE: readonly Record<string, string>[] = [
  { 'x-ratelimit-limit-tokens': '∞', 'x-ratelimit-remaining-tokens': '∞', 'x-ratelimit-reset-tokens': '∞' },
  { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '-5' },
  { 'x-ratelimit-limit-tokens': '0', 'x-ratelimit-remaining-tokens': '0' },
  { 'x-ratelimit-limit-tokens': '1e3', 'x-ratelimit-remaining-tokens': '0x10' },
  { 'x-ratelimit-limit-tokens': '', 'x-ratelimit-remaining-tokens': 'NaN' },
  { 'x-ratelimit-remaining-tokens': '5' },
  { 'x-ratelimit-reset-tokens': '7.66s' },
  { 'x-ratelimit-limit-tokens': '9'.repeat(10_000) },
];

/** Values of the header for the time until a bucket is full. */
const RESETS = ['7.66s', '2m59.56s', '1h2m', '12ms', '∞', '', '1h1h', '-5s', '9'.repeat(10_000), '1m'.repeat(5_000)];

/** Another request that waits behind the first. */
const other: { waiting?: Told<Token> } = {};

const behind: Fault['ask'] = (groq, call) => {
  const asked = groq.chat(request, call);
  queueMicrotask(() => {
    other.waiting = told(groq.chat(request));
  });
  return asked;
};

const faults: readonly Fault[] = [
  ...NONSENSE.map((headers, index) => ({
    id: `62/${index}`,
    what: `limits that say ${JSON.stringify(headers).slice(0, 60)}`,
    answer: says(headers),
    pooled: 1,
    after: (stage: Stage) => {
      expect(stage.ledger.levelsNow(MODEL).map(({ dimension, limit }) => [dimension, limit])).toEqual(
        Object.entries(ENOUGH),
      );
    },
  })),
  ...RESETS.map((reset) => ({
    id: `62/${reset.slice(0, 9)}`,
    what: `a reset in ${reset.slice(0, 9)}`,
    answer: says({ ...tokensLeft(8_000, 7_000), 'x-ratelimit-reset-tokens': reset }),
    pooled: 1,
    unbalanced: true,
    after: (stage: Stage) => {
      expect(bucket(stage)).toMatchObject({ limit: 8_000, level: 7_000 + RESERVED - 12 });
    },
  })),
  {
    id: '63/lower',
    what: 'a limit that is lowered below what one costs that waits',
    answer: says(tokensLeft(RESERVED - 1, 0)),
    limits: { tpm: RESERVED + 1 },
    ask: behind,
    unbalanced: true,
    after: async () => {
      expect(await other.waiting?.error).toMatchObject({ code: 'GROQ_ERR_REQUEST_TOO_LARGE', limit: RESERVED - 1 });
    },
    pooled: 1,
  },
  {
    id: '63/raise',
    what: 'a limit that is raised while one waits',
    // The first answer only begins, so that nothing is given back.
    answer: (asked, index) => {
      if (index > 0) well(asked);
      else asked.connection.socket.write(telling(tokensLeft(1_000_000, 999_000)).subarray(0, -WHOLE_BODY.length));
    },
    limits: { tpm: RESERVED + 1 },
    ask: behind,
    unbalanced: true,
    requests: 2,
    outcomes: ['used', 'used'],
    play: async (stage) => {
      while (bucket(stage)?.limit !== 1_000_000) await stage.clock.idle();
      await stage.clock.idle();
      // The inflow of ten milliseconds is enough at the new rate. At the old rate it would take a minute.
      stage.clock.advance(10);
      await stage.server.requests.at(1);
      (await stage.server.requests.at(0)).connection.socket.write(WHOLE_BODY);
    },
    after: async () => {
      await other.waiting?.ended;
      expect(other.waiting?.ends).toEqual([['complete']]);
    },
    pooled: 2,
  },
  {
    id: '64',
    what: 'less left than was known, since others use the same limit',
    answer: says(tokensLeft(1_000, 300)),
    limits: { tpm: 1_000 },
    unbalanced: true,
    after: (stage) => {
      // A token may be lost to rounding.
      expect(bucket(stage)?.level).toBeLessThanOrEqual(300 + RESERVED - 12 + 1);
    },
    pooled: 1,
  },
  {
    id: '65',
    what: 'limits of an earlier request that come after those of a later one',
    limits: { tpm: 1_000 },
    play: async ({ server, clock, groq }) => {
      const earlier = await server.requests.at(0);
      clock.advance(10);
      other.waiting = told(groq.chat(request));
      const later = await server.requests.at(1);
      later.connection.socket.write(telling(tokensLeft(1_000, 500)));
      await other.waiting.ended;
      earlier.connection.socket.write(telling(tokensLeft(1_000, 890)));
    },
    requests: 2,
    outcomes: ['used', 'used'],
    unbalanced: true,
    after: (stage) => {
      // Some tokens for the inflow of ten milliseconds and for rounding.
      expect(bucket(stage)?.level).toBeLessThan(500 + 2 * (RESERVED - 12) + 2);
    },
    pooled: 2,
  },
  {
    id: '69',
    what: 'a request that is larger than a limit, which holds up nobody',
    answer: well,
    limits: { tpm: RESERVED - 1 },
    ask: (groq, call) => {
      queueMicrotask(() => {
        other.waiting = told(groq.chat({ ...request, max_completion_tokens: 1 }));
      });
      return groq.chat(request, call);
    },
    outcomes: ['used'],
    error: { code: 'GROQ_ERR_REQUEST_TOO_LARGE', dimension: 'tpm', cost: RESERVED, limit: RESERVED - 1 },
    play: async () => {
      await Promise.resolve();
      await other.waiting?.ended;
      expect(other.waiting?.ends).toEqual([['complete']]);
    },
    pooled: 1,
  },
];

describe('limits', () => {
  testFaults(faults);
});
