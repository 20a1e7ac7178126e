import { describe, expect, it } from 'vitest';
import { isQueueFullError } from '../../src/errors/guards.ts';
import { quota } from '../../src/testing/quota.ts';
import { rx } from '../util/rx.ts';
import { logging, type SetUp, setUp } from '../util/scheduling.ts';

describe('a full queue', () => {
  it.each<[string, SetUp['overflow'], readonly string[], readonly string[]]>([
    [
      'the last one, whoever that is',
      undefined,
      ['h1', 'l1', 'l2', 'h2'],
      ['h1 0', 'l2 1 QueueFullError', 'h2 10', 'l1 20'],
    ],
    [
      'the last one, which may be the one that came',
      'last',
      ['h1', 'h2', 'h3', 'l1'],
      ['h1 0', 'l1 1 QueueFullError', 'h2 10', 'h3 20'],
    ],
    [
      'of two equals the one that came',
      'last',
      ['h1', 'l1', 'l2', 'l3'],
      ['h1 0', 'l3 1 QueueFullError', 'l1 10', 'l2 20'],
    ],
    [
      'the one that came, however urgent it is',
      'newest',
      ['h1', 'l1', 'l2', 'h2'],
      ['h1 0', 'h2 1 QueueFullError', 'l1 10', 'l2 20'],
    ],
  ])('should refuse %s', (_, overflow, names, expected) => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10, maxQueued: 2, overflow });
      const [first, ...others] = names;
      ask(String(first));
      // It is admitted at the end of the turn.
      helpers.cold('-x').subscribe(() => {
        for (const name of others) ask(name);
      });
      helpers.flush();
      expect(log).toEqual(expected);
    });
  });

  it('should report its limit, and be separate for each model', () => {
    rx((helpers) => {
      const errors: unknown[] = [];
      const { ask } = setUp(helpers, { every: 10, maxQueued: 1 });
      const failing = { error: (error: unknown) => errors.push(error) };
      ask('l1').subscribe(failing);
      ask('l2').subscribe(failing);
      ask('l3').subscribe(failing);
      ask('l4', { model: 'other' }).subscribe(failing);
      helpers.flush();
      expect(errors).toHaveLength(1);
      expect(errors[0]).toSatisfy(isQueueFullError);
      expect(errors[0]).toMatchObject({ limit: 1, model: 'm', code: 'GROQ_ERR_QUEUE_FULL' });
    });
  });

  it.each(['last', 'newest'] as const)('should not refuse requests that can start at once: %s', (overflow) => {
    rx((helpers) => {
      const limits = quota('8/10ms', helpers);
      const { ask, log } = logging(helpers, { limits, maxQueued: 2, overflow });
      for (let i = 0; i < 11; i++) ask(`l${i}`);
      helpers.flush();
      expect(log).toHaveLength(11);
      expect(log.filter((each) => each.includes('QueueFullError'))).toEqual(['l10 0 QueueFullError']);
    });
  });

  it('should have room again when a request is cancelled', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10, maxQueued: 1 });
      ask('l1').unsubscribe();
      ask('l2');
      helpers.flush();
      expect(log).toEqual(['l2 0']);
    });
  });
});
