import { map, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { tiktokenCounter } from '../../src/adapters/tiktokenCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqError } from '../../src/errors/GroqError.ts';
import type { TimeoutError } from '../../src/errors/TimeoutError.ts';
import type { Place } from '../../src/model/Place.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtualClock.ts';
import { told } from '../util/told.ts';

const COUNT: TokenCount = { tokens: 1, bound: 1, exact: true };
const messages = [{ role: 'user' as const, content: 'Hi' }];

/** How and when requests end that may wait for a minute, with one admission an hour. */
function ends(count: (clock: VirtualClock) => Observable<TokenCount>, asked: number): (string | number)[][] {
  const clock = virtualClock();
  const counter = { count: () => count(clock) };
  const store = quota(1, 3_600_000, { scheduler: clock });
  const groq = createGroq({
    transport: fakeTransport(() => NEVER),
    counter,
    store,
    scheduler: clock,
    timeouts: { queue: 60_000, connect: Infinity, total: Infinity },
  });
  const all: (string | number)[][] = [];
  for (let i = 0; i < asked; i += 1) {
    groq.chat({ messages }).subscribe({
      error: (error: unknown) => all.push([(error as GroqError).message.slice(0, 41), clock.now()]),
    });
  }
  clock.flush(7_200_000);
  return all;
}

describe('an asynchronous count', () => {
  const late = 'The request could not start within 60,000';

  it('should be limited by the queue timeout', () => {
    expect(ends(() => NEVER, 1)).toEqual([[late, 60_000]]);
  });

  it('should be named in the error when it did not arrive in time', async () => {
    const clock = virtualClock();
    // Loading a vocabulary takes real time.
    const counter = tiktokenCounter({ ranks: () => new Promise(() => undefined) });
    const groq = createGroq({ transport: fakeTransport({}), counter, scheduler: clock });
    const answer = told(groq.chat({ messages }));
    clock.flush(86_400_000);
    const { code, phase, advice, message } = (await answer.error) as TimeoutError;
    expect([code, phase]).toEqual(['GROQ_ERR_TIMEOUT', 'queue']);
    expect(advice).toMatch(
      /^Its prompt was still being counted: .* In virtual time, use a `counter` that answers synchronously/,
    );
    expect(message).toBe(`The request could not start within 86,400,000 ms. ${advice}`);
  });

  it('should use up a part of the queue timeout', () => {
    const after = (ms: number) => (clock: VirtualClock) => timer(ms, clock).pipe(map(() => COUNT));
    expect(ends(after(40_000), 2)).toEqual([[late, 60_000]]);
    expect(ends(() => of(COUNT), 2)).toEqual([[late, 60_000]]);
  });

  /** A client that admits one request a minute and counts for a second, and the tenants that it has admitted. */
  const counting = () => {
    const clock = virtualClock();
    const groq = createGroq({
      transport: fakeTransport({ Hi: 'Hello!' }),
      counter: { count: () => timer(1_000, clock).pipe(map(() => COUNT)) },
      store: quota(1, 60_000, { scheduler: clock }),
      scheduler: clock,
    });
    const admitted: (string | undefined)[] = [];
    groq.events$.subscribe(({ type, tenant }) => {
      if (type === 'admitted') admitted.push(tenant);
    });
    return { clock, groq, admitted };
  };

  it('should miss no change of the place of its request', () => {
    const { clock, groq, admitted } = counting();
    const place$ = new Subject<Place>();
    groq.chat({ messages }, { tenant: 'a' }).subscribe();
    groq.chat({ messages }, { tenant: 'b' }).subscribe();
    groq.chat({ messages }, { tenant: 'c', place$ }).subscribe();
    place$.next({ priority: 'high' });
    place$.next({ tenant: 'd' });
    clock.flush(180_000);
    expect(admitted).toEqual(['d', 'a', 'b']);
    expect(place$.observed).toBe(false);
  });

  it('should be followed by the error of `place$` that came meanwhile', async () => {
    const { clock, groq, admitted } = counting();
    const broken = new Error('broken');
    const answer = told(groq.chat({ messages }, { place$: throwError(() => broken) }));
    clock.flush(1_000);
    expect(await answer.error).toBe(broken);
    expect(admitted).toEqual([]);
  });

  it('should leave `place$` when its request is cancelled', () => {
    const { groq } = counting();
    const place$ = new Subject<Place>();
    groq.chat({ messages }, { place$ }).subscribe().unsubscribe();
    expect(place$.observed).toBe(false);
  });

  it('should have no timer when the request may wait forever', () => {
    const clock = virtualClock();
    const groq = createGroq({
      transport: fakeTransport(() => NEVER),
      counter: { count: () => NEVER },
      scheduler: clock,
      timeouts: { queue: Infinity },
    });
    const { subscription } = told(groq.chat({ messages }));
    expect(clock.pending).toBe(0);
    subscription.unsubscribe();
  });
});
