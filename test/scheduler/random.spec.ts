import {
  concat,
  delay,
  map,
  NEVER,
  type Observable,
  of,
  throwError,
  timer,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { PRIORITIES } from '../../src/model/Priority.ts';
import type { Token } from '../../src/model/Token.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { toTokens } from '../../src/operators/toTokens.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { RequestScheduler } from '../../src/scheduler/RequestScheduler.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { type Quota, quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { tokens } from '../util/jobs.ts';
import { seeded } from '../util/random.ts';

const usage = { prompt_tokens: 1, completion_tokens: 1 };

/** How many requests a run has at most, with those that subscribers make when they are notified. */
const MOST = 60;

const fail = (message: string): never => {
  throw new Error(message);
};

/** Runs a seed's mixture of requests, faults and cancels to its end, and returns what is left. */
function run(seed: number) {
  const chance = seeded(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(chance() * choices.length)] as T;
  const below = (limit: number): number => Math.floor(chance() * limit);
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const store = quota(1 + below(5), 10 + below(100), { scheduler, unit: pick('requests', 'tokens') });
  const transport = fakeTransport(() => {
    if (chance() < 0.03) throw new Error('the transport is broken');
    return reply();
  });
  const later = (inner: Quota): LimitStore => ({
    ...inner,
    reserve: (reservation) => {
      if (chance() < 0.05) return throwError(() => new Error('the store is away'));
      const verdict = inner.reserve(reservation) as Verdict;
      // It has reserved, but its answer is lost.
      if (chance() < 0.05) return timer(below(20), scheduler).pipe(map(() => fail('the store has gone')));
      return timer(below(20), scheduler).pipe(map(() => verdict));
    },
  });

  const under = new RequestScheduler({
    store: pick(
      () => store,
      () => later(store),
    )(),
    transport,
    scheduler,
    random: chance,
    inFlight: pick(1, 3, 1_000),
  });

  const at = <T>(ms: number, value: T): Observable<T> => of(value).pipe(delay(ms, scheduler));
  const lost = (sent: boolean) => throwError(() => new ConnectionError('', { sent }));
  const good = (...end: Observable<WireEvent>[]): Observable<WireEvent> =>
    concat(at(below(5), wire.sent), at(below(9), wire.head()), at(below(9), wire.text('a')), ...end);
  const refusal = (status: number, headers = {}): Observable<WireEvent> =>
    concat(of(wire.sent), at(below(9), wire.head(status, headers)), of(wire.error('no')));

  function reply(): Observable<WireEvent> {
    const fate = chance();
    if (fate < 0.6) return good(of(wire.finish('stop', usage)), of(wire.done));
    if (fate < 0.65) return good(of(wire.finish('stop')));
    if (fate < 0.7) return good(lost(true));
    if (fate < 0.75) return good(NEVER);
    if (fate < 0.8) return lost(false);
    if (fate < 0.85) return concat(of(wire.sent), lost(true));
    if (fate < 0.9) return refusal(429, { 'retry-after-ms': String(below(50)) });
    return refusal(pick(400, 401, 500, 503));
  }

  let asked = 0;
  let terminals = 0;
  let cancelled = 0;
  let twice = 0;
  const ask = (): void => {
    const i = asked++;
    let ended = false;
    const answer = under.answer<Token>({
      model: pick('m1', 'm2'),
      request: { model: 'm', messages: [] },
      cost: tokens(1 + below(3)),
      priority: pick(...PRIORITIES),
      tenant: pick(undefined, 'a', 'b'),
      lifecycle: chance() < 0.3,
      wire: () => ({ method: 'POST', path: '/', body: String(i) }),
      read: () => (bytes) => bytes.pipe(parseEvents(), toTokens({ scheduler })),
      usage: (token) => (token.type === 'finish' ? token.usage : undefined),
      timeouts: { total: 200, queue: pick(undefined, 40, 400) },
      retry: { count: below(3), initialDelay: 20 },
      place$: chance() < 0.2 ? at(below(150), { priority: pick(...PRIORITIES), tenant: pick('a', 'b') }) : undefined,
    });
    const again = (): void => {
      if (asked < MOST && chance() < 0.2) ask();
    };
    const end = (): void => {
      if (ended) twice += 1;
      ended = true;
      terminals += 1;
      again();
    };
    const subscription = answer.subscribe({ next: again, error: end, complete: end });
    if (chance() < 0.3) {
      scheduler.schedule(() => {
        if (!subscription.closed) cancelled += 1;
        subscription.unsubscribe();
      }, below(150));
    }
  };

  const count = 1 + below(30);
  for (let i = 0; i < count; i++)
    scheduler.schedule(
      () => {
        ask();
      },
      chance() < 0.5 ? 0 : below(200),
    );
  const ending = pick('drain', 'cut');
  const drained: boolean[] = [];
  under.drained$.subscribe({ complete: () => drained.push(true) });
  scheduler.schedule(
    () => {
      if (ending === 'drain') under.complete();
      else under.unsubscribe();
    },
    ending === 'drain' ? 200 : below(300),
  );
  scheduler.flush();

  const ids = store.settled.map(([id]) => id);
  return {
    'asked and neither ended nor cancelled': asked - terminals - cancelled,
    'ended twice': twice,
    'reservations that are open': store.open.size,
    'reservations that were settled twice': ids.length - new Set(ids).size,
    'connections that are open': transport.open,
    'timers that are left': scheduler.actions.filter((action) => !action.closed).length,
    'not drained': 1 - drained.length,
  };
}

const CLEAN = {
  'asked and neither ended nor cancelled': 0,
  'ended twice': 0,
  'reservations that are open': 0,
  'reservations that were settled twice': 0,
  'connections that are open': 0,
  'timers that are left': 0,
  'not drained': 0,
};

describe('the core in virtual time', () => {
  it('should end 300 random runs with a balanced ledger and nothing left open', () => {
    for (let seed = 1; seed <= 300; seed++) expect({ seed, ...run(seed) }).toEqual({ seed, ...CLEAN });
  });
});
