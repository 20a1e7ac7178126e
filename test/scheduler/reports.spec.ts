import { map, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../src/errors/HttpError.ts';
import { quota } from '../../src/testing/quota.ts';
import { tokens } from '../util/jobs.ts';
import { rx } from '../util/rx.ts';
import { setUp, wires } from '../util/scheduling.ts';
import { told } from '../util/told.ts';

describe('what a RequestScheduler reports', () => {
  it('should have a status already when its first request is about to wait', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers);
      const seen: unknown[] = [];
      under.events$.subscribe(({ type }) => {
        if (type === 'queued') seen.push(told(under.status$).values.all[0]);
      });
      ask('a').subscribe().unsubscribe();
      expect(seen).toEqual([
        {
          models: [
            {
              model: 'm',
              waiting: { high: 0, normal: 0, low: 0, background: 0 },
              next: [],
              inFlight: 0,
              buckets: [expect.objectContaining({ limit: 1 })],
            },
          ],
        },
      ]);
      under.unsubscribe();
    });
  });

  it('should name the code of an error that is not of this library as unknown', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers);
      const codes: unknown[] = [];
      under.events$.subscribe((event) => {
        if (event.type === 'failed') codes.push(event.code);
      });
      ask('a', { cancelled$: of(new Error('own')) }).subscribe({ error: () => undefined });
      helpers.flush();
      expect(codes).toEqual(['UNKNOWN']);
    });
  });

  it('should show that an attempt has ended also when its store does not tell of changes', () => {
    rx((helpers) => {
      const limits = { ...quota(1, 1, helpers), changes: () => NEVER };
      const fault = new HttpError(503, {}, { advice: '' });
      const { ask, under } = setUp(helpers, { limits, reply: () => helpers.cold('s 199ms #', wires, fault) });
      const seen: [number, number | undefined][] = [];
      under.status$.subscribe(({ models: [model] }) => {
        seen.push([helpers.scheduler.now(), model?.inFlight]);
      });
      const leaving = ask('a', { retry: { initialDelay: 1_000, maxDelay: 1_000 } }).subscribe();
      helpers.cold('900ms x').subscribe(() => {
        leaving.unsubscribe();
        under.complete();
      });
      helpers.flush();
      expect(seen.slice(0, 3)).toEqual([
        [0, undefined],
        [100, 1],
        [300, 0],
      ]);
    });
  });
});

describe('the usage of an answer', () => {
  it('should be what the call reads from it', () => {
    rx((helpers) => {
      const { ask, store } = setUp(helpers);
      const used: unknown[] = [];
      const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
      ask('a', {
        cost: tokens(9),
        usage: (token) => (token.type === 'text' ? usage : undefined),
        used: (each) => used.push(each),
      })
        .pipe(map(({ type }) => type))
        .subscribe();
      helpers.flush();
      expect(used).toEqual([usage]);
      expect(store.settled).toMatchObject([[expect.any(String), { type: 'used', cost: { tokens: 7 } }]]);
    });
  });
});
