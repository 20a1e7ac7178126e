import { concat, delay, EMPTY, NEVER, type Observable, type ObservableInput, of, tap, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { unlimitedStore } from '../../../src/adapters/unlimitedStore.ts';
import { isStoreError } from '../../../src/errors/guards.ts';
import type { Status } from '../../../src/model/Status.ts';
import type { Verdict } from '../../../src/model/Verdict.ts';
import { guardedStore, levelsOf } from '../../../src/operators/internal/guardedStore.ts';
import type { LimitStore } from '../../../src/ports/LimitStore.ts';
import { quota } from '../../../src/testing/quota.ts';
import { tokens } from '../../util/jobs.ts';
import { type RunHelpers, rx } from '../../util/rx.ts';
import { setUp, wires } from '../../util/scheduling.ts';
import { reservations } from '../../util/stores.ts';
import { told } from '../../util/told.ts';

const METHODS = ['reserve', 'sent', 'settle', 'learn', 'changes', 'levels'] as const;

const FAILURES: readonly (readonly [how: string, fail: () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('the store is away');
    },
  ],
  ['gives what is no answer', () => 42],
  ['forgets to answer', () => undefined],
  ['tells no time', () => ({ type: 'wait', ms: Number.NaN, dimension: 'rpm', rate: 1 })],
  ['names no dimension', () => ({ type: 'wait', ms: 1, rate: 1 })],
  ['gives a verdict that there is not', () => ({ type: 'perhaps' })],
  ['refuses for ever and does not say what', () => ({ type: 'never' })],
  ['refuses for ever and does not say how much', () => ({ type: 'never', dimension: 'rpm' })],
  ['names no list of what it can spare', () => ({ type: 'wait', ms: 1, dimension: 'rpm', rate: 1, headroom: null })],
  [
    'can spare something of a limit that there is not',
    () => ({ type: 'wait', ms: 1, dimension: 'rpm', rate: 1, headroom: [{ dimension: 'rph', spare: 1, rate: 1 }] }),
  ],
  ['shows a limit that there is not', () => of([{ dimension: 'rph', limit: 1, level: 1, rate: 1 }])],
  ['shows a limit that is no number', () => of([{ dimension: 'rpm', limit: '1', level: 1, rate: 1 }])],
];

describe('RequestScheduler with a store that fails', () => {
  for (const [method, [how, fail]] of METHODS.flatMap((name) => FAILURES.map((failure) => [name, failure] as const))) {
    it(`should answer all other requests when ${method} ${how} once`, () => {
      rx((helpers) => {
        const inner = quota(2, 8, helpers);
        let calls = 0;
        const limits: LimitStore = {
          ...inner,
          [method]: (...args: unknown[]) => {
            if (calls++ === 0) return fail();
            return (inner as unknown as Record<string, ((...rest: unknown[]) => unknown) | undefined>)[method]?.(
              ...args,
            );
          },
        };
        const { ask, under } = setUp(helpers, { limits });
        const ends: unknown[] = [];
        under.status$.subscribe({ error: () => undefined });
        for (const name of ['a', 'b', 'c', 'd']) {
          ask(name, { lifecycle: true, timeouts: { queue: 100 } }).subscribe({
            error: (error: unknown) => ends.push(error),
            complete: () => ends.push('complete'),
          });
        }
        helpers.scheduler.schedule(() => {
          under.complete();
        }, 500);
        helpers.flush();

        const failures = ends.filter((end) => end !== 'complete');
        expect(ends).toHaveLength(4);
        expect(failures).toHaveLength(method === 'reserve' ? 1 : 0);
        expect(failures.every(isStoreError)).toBe(true);
      });
    });
  }

  it.each<[string, () => ObservableInput<never>]>([
    [
      'cannot tell its levels',
      () => {
        throw new Error('the store is away');
      },
    ],
    ['tells levels that are none', () => of<never[]>(...([5] as never[]))],
  ])('should time out waiting requests, and emit the status, when it %s', (_, levels) => {
    rx((helpers) => {
      const limits: LimitStore = { ...quota(1, 1_000, helpers), levels };
      const { ask, under } = setUp(helpers, { limits, reply: () => helpers.cold('s-h-a 200ms (fd|)', wires) });
      const codes: unknown[] = [];
      let status: Status | undefined;
      under.status$.subscribe((next) => {
        status = next;
      });
      for (const name of ['a', 'b']) {
        ask(name, { timeouts: { queue: 100 } }).subscribe({
          error: (error: unknown) => codes.push((error as { code: unknown }).code),
        });
      }
      helpers.scheduler.schedule(() => {
        under.unsubscribe();
      }, 500);
      helpers.scheduler.schedule(() => {
        // The status is complete except for the levels.
        expect(status?.models).toEqual([expect.objectContaining({ model: 'm', buckets: [] })]);
      }, 150);
      helpers.flush();
      expect(codes).toEqual(['GROQ_ERR_TIMEOUT']);
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    ['yes', '"yes"'],
  ])('should report that %j is no verdict', (given, text) => {
    const answers = [given, of(given)] as Verdict[];
    for (const answer of answers) {
      const store = guardedStore(Object.assign(unlimitedStore(), { reserve: () => answer }));
      const verdict = told(store.reserve(reservations()(tokens(1))) as Observable<Verdict>);
      expect(verdict.ends.map(([, error]) => String(error))).toEqual([
        `TypeError: The store has returned an invalid verdict: ${text}`,
      ]);
    }
  });

  const rpm = { dimension: 'rpm', limit: 1, level: 1, rate: 1, foreign: 0, pausedFor: 0 } as const;

  it.each([[[null]], [[rpm, { ...rpm, rate: '1' }]], [[{ ...rpm, dimension: 1 }]]])(
    'should report that there are no such levels: %j',
    (levels) => {
      const shown = told(levelsOf(Object.assign(unlimitedStore(), { levels: () => of(levels as never[]) }), 'm'));
      expect(shown.ends.map(([, error]) => String(error))).toEqual([
        `TypeError: The store has returned invalid levels: ${JSON.stringify(levels)}`,
      ]);
    },
  );

  const part = { dimension: 'tpm', spare: 1, rate: 1 } as const;

  it.each([[[part, { ...part, spare: null }]], [[part, null]], [[{ ...part, dimension: 'rph' }, part]]])(
    'should report a verdict of which only a part is valid: %j',
    (headroom) => {
      const verdict = { type: 'wait', ms: 1, dimension: 'rpm', rate: 1, headroom } as unknown as Verdict;
      const store = guardedStore(Object.assign(unlimitedStore(), { reserve: () => verdict }));
      const answer = told(store.reserve(reservations()(tokens(1))) as Observable<Verdict>);
      expect(answer.ends.map(([, error]) => String(error))).toEqual([
        `TypeError: The store has returned an invalid verdict: ${JSON.stringify(verdict)}`,
      ]);
    },
  );

  it('should accept a wait that is over, and parts that can be spared', () => {
    const verdict: Verdict = { type: 'wait', ms: 0, dimension: 'rpm', rate: 1, headroom: [part] };
    const store = guardedStore(Object.assign(unlimitedStore(), { reserve: () => verdict }));
    expect(store.reserve(reservations()(tokens(1)))).toBe(verdict);
  });

  /** How three requests end when the store wraps its verdicts in the given way. */
  const ends = (say: (verdict: Verdict, helpers: RunHelpers) => ObservableInput<Verdict>): readonly string[] => {
    const log: string[] = [];
    let most = 0;
    rx((helpers) => {
      const inner = quota(1, 4, helpers);
      const limits: LimitStore = {
        ...inner,
        reserve: (reservation) => say(inner.reserve(reservation) as Verdict, helpers),
      };
      const { ask, under, transport } = setUp(helpers, {
        limits,
        inFlight: 1,
        reply: () => {
          most = Math.max(most, transport.open);
          return helpers.cold('s-h-a-(fd|)', wires);
        },
      });
      for (const name of ['a', 'b', 'c']) {
        ask(name).subscribe({
          error: (error: unknown) => log.push((error as { code: string }).code),
          complete: () => log.push('complete'),
        });
      }
      helpers.scheduler.schedule(() => {
        under.complete();
      }, 400);
      helpers.flush();
    });
    expect(most).toBeLessThanOrEqual(1);
    return log;
  };

  const ONE_BY_ONE = ['complete', 'complete', 'complete'];

  it('should wait before the next question when a verdict in a stream is synchronous', () => {
    expect(ends((verdict) => of(verdict))).toEqual(ONE_BY_ONE);
  });

  it('should take only the first verdict for each question', () => {
    const starts: number[] = [];
    rx((helpers) => {
      const { scheduler } = helpers;
      const inner = quota(1, 4, helpers);
      const limits: LimitStore = {
        ...inner,
        reserve: (reservation) => {
          const verdict = of(inner.reserve(reservation) as Verdict);
          // The repeated verdict arrives while the next question is open.
          return concat(verdict.pipe(delay(1, scheduler)), verdict.pipe(delay(0.5, scheduler)));
        },
      };
      const reply = () => {
        starts.push(scheduler.now());
        return helpers.cold('(shafd|)', wires);
      };
      const { ask, under } = setUp(helpers, { limits, reply });
      for (const name of ['a', 'b', 'c']) ask(name).subscribe();
      scheduler.schedule(() => {
        under.complete();
      }, 400);
      helpers.flush();
    });
    const [first = 0, second = 0, third = 0] = starts;
    expect(starts).toHaveLength(3);
    expect(second - first).toBeGreaterThanOrEqual(3);
    expect(third - second).toBeGreaterThanOrEqual(3);
  });

  it('should emit the status, and unsubscribe from levels, when they do not complete or are empty', () => {
    rx((helpers) => {
      const inner = quota(1, 4, helpers);
      let listening = 0;
      const levels = (key: string) =>
        key === 'other'
          ? EMPTY
          : concat(inner.levels(key), NEVER).pipe(
              tap({ subscribe: () => (listening += 1), finalize: () => (listening -= 1) }),
            );
      const reply = () => helpers.cold('s-h-a 200ms (fd|)', wires);
      const { ask, under } = setUp(helpers, { limits: { ...inner, levels }, reply });
      let most: readonly string[] = [];
      under.status$.subscribe(({ models }) => {
        if (models.length > most.length) most = models.map(({ model }) => model);
      });
      for (const name of ['a', 'b', 'c'])
        ask(name, { lifecycle: true, model: name === 'c' ? 'other' : 'm' }).subscribe();
      helpers.flush();
      expect([most, listening]).toEqual([['m', 'other'], 0]);
    });
  });

  it('should refuse a request when the store completes without a verdict', () => {
    expect(ends(() => EMPTY)).toEqual(['GROQ_ERR_STORE', 'GROQ_ERR_STORE', 'GROQ_ERR_STORE']);
  });

  it('should give a reservation back whose verdict was lost', () => {
    rx((helpers) => {
      const inner = quota(1, 1_000_000, helpers);
      let lost = 0;
      const limits: LimitStore = {
        ...inner,
        reserve: (reservation) => {
          const verdict = inner.reserve(reservation) as Verdict;
          return lost++ === 0 ? throwError(() => new Error('the answer is lost')) : verdict;
        },
      };
      const { ask } = setUp(helpers, { limits });
      const ends: string[] = [];
      for (const name of ['a', 'b']) {
        ask(name).subscribe({ error: (error: unknown) => ends.push((error as { code: string }).code) });
      }
      helpers.scheduler.schedule(() => ends.push(`${inner.settled.length} settled, ${inner.open.size} open`), 100);
      helpers.flush();
      // The only unit was granted to the other request.
      expect(ends).toEqual(['GROQ_ERR_STORE', '2 settled, 0 open']);
    });
  });
});
