import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { before, Line, type QueuePlace } from '../../../src/rules/queue/Line.ts';
import { jobMaker, type NamedJob } from '../../util/jobs.ts';
import { ReadsOf } from '../../util/ReadsOf.ts';

const places = (deadlines: readonly number[]): QueuePlace<NamedJob>[] => {
  const make = jobMaker();
  return deadlines.map((deadline) => ({
    job: make(`l${deadline}`),
    deadline,
    putOff: 0,
    waiting: true,
    unsubscribe: () => undefined,
    line: undefined,
    previous: undefined,
    next: undefined,
    lateIndex: -1,
    latestIndex: -1,
    expiryIndex: -1,
  }));
};

/** The indices of a place that is in no heap. */
const NOWHERE = { lateIndex: -1, latestIndex: -1 };

const lineOf = (deadlines: readonly number[]) => {
  const line = new Line<NamedJob>();
  const all = places(deadlines);
  for (const place of all) line.add(place);
  return { line, all };
};

const drain = (line: Line<NamedJob>): QueuePlace<NamedJob>[] => {
  const found: QueuePlace<NamedJob>[] = [];
  for (let first = line.peek(); first !== undefined; first = line.peek()) {
    found.push(first);
    line.remove(first);
  }
  return found;
};

const inOrder = (a: QueuePlace<NamedJob>, b: QueuePlace<NamedJob>): number => (before(a, b) ? -1 : 1);

describe('before', () => {
  it('should order by deadline, and by age when deadlines are equal', () => {
    const [a, b, c] = places([1, 2, 2]) as [QueuePlace<NamedJob>, QueuePlace<NamedJob>, QueuePlace<NamedJob>];
    expect([before(a, b), before(b, a), before(b, c), before(c, b), before(b, b)]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });
});

describe('Line', () => {
  it('should be empty at first', () => {
    const line = new Line<NamedJob>();
    expect([line.peek(), line.last(), [...line]]).toEqual([undefined, undefined, []]);
  });

  it('should return the earliest deadline first, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (deadlines) => {
        const { line, all } = lineOf(deadlines);
        expect([...line]).toEqual(all.toSorted(inOrder));
        expect(drain(line)).toEqual(all.toSorted(inOrder));
      }),
    );
  });

  it('should remove any place, and know the first and the last of the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.array(fc.nat()), (deadlines, going) => {
        const { line, all } = lineOf(deadlines);
        let left = all.toSorted(inOrder);
        for (const which of going) {
          const place = left[which % left.length];
          if (place === undefined) break;
          line.remove(place);
          expect(place).toMatchObject({ line: undefined, previous: undefined, next: undefined, ...NOWHERE });
          left = left.filter((other) => other !== place);
          expect([line.peek(), line.last()]).toEqual([left[0], left.at(-1)]);
          expect([...line]).toEqual(left);
        }
        expect(drain(line)).toEqual(left);
      }),
    );
  });

  it('should keep an index only for places that arrive out of order', () => {
    const { all } = lineOf([1, 2, 2, 7, 3, 9, 8]);
    expect(all.map(({ lateIndex }) => lateIndex >= 0)).toEqual([false, false, false, false, true, false, true]);
  });

  describe('with many places out of order', () => {
    const many = () => {
      const { line } = lineOf([]);
      const reads = new ReadsOf<QueuePlace<NamedJob>>('deadline');
      for (const place of places(Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 9_973))) {
        line.add(reads.in(place));
      }
      reads.count = 0;
      return { line, reads };
    };

    it('should look at few of them to iterate over the first', () => {
      const { line, reads } = many();
      const first = line[Symbol.iterator]();
      for (let i = 0; i < 10; i++) first.next();
      expect(reads.count).toBeLessThan(500);
    });

    it('should look at few of them to remove the last, one after the other', () => {
      const { line, reads } = many();
      line.last();
      reads.count = 0;
      for (let i = 0; i < 10; i++) {
        const last = line.last();
        if (last !== undefined) line.remove(last);
      }
      expect(reads.count).toBeLessThan(2_000);
    });
  });

  it('should set the line of each place', () => {
    const { line, all } = lineOf([5, 3]);
    expect(all.map((place) => place.line)).toEqual([line, line]);
  });
});
