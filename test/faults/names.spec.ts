import dns, { type LookupAddress } from 'node:dns';
import { afterEach, describe, expect, vi } from 'vitest';
import type { RawServer } from '../util/rawServer.ts';
import { well } from './answers.ts';
import { type Fault, testFaults } from './harness.ts';

type Answer = (error: Error | null, addresses: LookupAddress[]) => void;

const ALIVE: LookupAddress = { address: '127.0.0.1', family: 4 };
const DEAD: LookupAddress = { address: '::1', family: 6 };

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** Replaces DNS lookups. Returns a function that counts them. */
function lookups(answer: (answer: Answer, index: number) => void) {
  let count = 0;
  return vi.spyOn(dns, 'lookup').mockImplementation(((_: string, __: object, done: Answer) => {
    const index = count++;
    setImmediate(() => {
      answer(done, index);
    });
  }) as typeof dns.lookup);
}

/** Callbacks of unanswered lookups. */
const unanswered: Answer[] = [];

const byName = ({ port }: RawServer): string => `http://localhost:${port}`;

const faults: readonly Fault[] = [
  {
    id: '1',
    what: 'a name that is not known',
    url: (server) => {
      lookups((done) => {
        done(failure('ENOTFOUND'), []);
      });
      return byName(server);
    },
    requests: 0,
    outcomes: ['unsent', 'unsent'],
    error: { code: 'GROQ_ERR_CONNECTION', sent: false, reason: 'ENOTFOUND' },
    after: () => {
      expect(dns.lookup).toHaveBeenCalledTimes(2);
    },
  },
  {
    id: '2',
    what: 'a name that is not known for a moment',
    answer: well,
    url: (server) => {
      lookups((done, index) => {
        if (index === 0) done(failure('EAI_AGAIN'), []);
        else done(null, [ALIVE]);
      });
      return byName(server);
    },
    outcomes: ['unsent', 'used'],
    pooled: 1,
  },
  {
    id: '3',
    what: 'a name that nobody answers for, until it is too late',
    url: (server) => {
      lookups((done) => unanswered.push(done));
      return byName(server);
    },
    play: async ({ clock }) => {
      for (const count of [1, 2]) {
        await vi.waitUntil(() => unanswered.length === count, { timeout: 20_000, interval: 5 });
        clock.advance(10_000);
      }
    },
    requests: 0,
    outcomes: ['unsent', 'unsent'],
    error: { code: 'GROQ_ERR_TIMEOUT', phase: 'connect' },
    after: ({ server }) => {
      for (const done of unanswered.splice(0)) done(null, [ALIVE]);
      expect(server.connections.length).toBe(0);
    },
  },
  {
    id: '4',
    what: 'a name with a dead address before the one that lives',
    answer: well,
    url: (server) => {
      lookups((done) => {
        done(null, [DEAD, ALIVE]);
      });
      return byName(server);
    },
    pooled: 1,
  },
];

describe('DNS', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  testFaults(faults);
});
