import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketLines } from '../../../src/cli/demo/bucketLines.ts';
import { frame } from '../../../src/cli/demo/frame.ts';
import type { Row } from '../../../src/cli/demo/Row.ts';
import type { View } from '../../../src/cli/demo/View.ts';
import type { Palette } from '../../../src/cli/terminal/palette.ts';
import { textWidth } from '../../../src/cli/terminal/textWidth.ts';
import { type BucketLevel, ClosedError, type Dimension } from '../../../src/index.ts';
import { PLAIN } from '../plain.ts';
import { answered, answering, board, waiting } from './rows.ts';

const failed = answering('Who failed?', 30);
failed.end(50, new ClosedError());

/** A row with a known start. */
function expecting(at: number, ...asked: Parameters<typeof waiting>): Row {
  const row = waiting(...asked);
  row.hear({ type: 'state', state: 'queued', position: 0, startsInMs: at }, 0);
  return row;
}

const bucket = (dimension: Dimension, limit: number, level: number, pausedFor = 0): BucketLevel => ({
  dimension,
  limit,
  level,
  rate: limit / 60_000,
  foreign: 0,
  pausedFor,
});

const VIEW: View = {
  title: 'some-model · simulated',
  now: 83_000,
  rateLimited: 0,
  levels: [bucket('rpm', 30, 15), bucket('tpm', 8_000, -200), bucket('tpd', 200_000, 200_000, 4_000)],
  board: board(
    answered('What was first?', 5, 40, 'normal'),
    failed,
    answering('What is it like?', 60, 'One two three four five six seven eight nine ten.', 'high'),
    expecting(145_000, 'And later?'),
    expecting(90_000, 'And then?', 'normal'),
  ),
};

describe('frame', () => {
  it('should show the levels, the answers and the waiting requests at 80 by 16', () => {
    expect(frame(VIEW, { columns: 80, rows: 16 }, PLAIN)).toEqual([
      'rxgroq  some-model · simulated                                             1:23',
      '',
      'requests per minute  ███████████████████░░░░░░░░░░░░░░░░░░░            15 of 30',
      'tokens per minute    ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░       -200 of 8,000',
      'tokens per day       ██████████████████████████████████████        paused 4.0 s',
      '1 of 5 answered · 1 coming · 2 waiting · 1 failed · 429s: 0  ███████▎░░░░░░░░░░',
      '',
      'high   What is it like?                       │ 2 waiting                      ',
      '  One two three four five six seven eight     │ normal And then?        in 0:07',
      '  nine ten.                                   │ low    And later?       in 1:02',
      '                                              │                                ',
      '                                              │                                ',
      '                                              │                                ',
      '✗ low    Who failed?              ClosedError │                                ',
      '✓ normal What was first?           100 tokens │                                ',
      'Ctrl-C cancels. All times are by the clock above.                              ',
    ]);
  });

  it('should show only the answers when two columns do not fit', () => {
    const lines = frame(VIEW, { columns: 50, rows: 14 }, PLAIN);
    expect(lines[1]).toBe('');
    expect(lines.slice(7, 9)).toEqual([
      'high   What is it like?                          ',
      '  One two three four five six seven eight nine   ',
    ]);
    expect(lines.join('')).not.toContain('And later?');
  });

  it('should show only the counts when nothing else fits', () => {
    expect(frame(VIEW, { columns: 20, rows: 4 }, PLAIN)).toEqual([
      '1 of 5 answered    ',
      '1 coming           ',
      '2 waiting          ',
      '1 failed           ',
    ]);
  });

  it('should show how many more rows wait than fit, and when the last one starts', () => {
    const rows = Array.from({ length: 20 }, (_, index) => expecting(index * 10_000, `Question ${index}`));
    const lines = frame({ ...VIEW, now: 0, board: board(...rows) }, { columns: 100, rows: 16 }, PLAIN);
    const queue = lines.slice(7, 15).map((line) => line.split(' │ ')[1]?.trimEnd());
    expect(queue[0]).toBe('20 waiting');
    expect(queue[6]).toMatch(/^low {4}Question 5 +in 0:50$/);
    expect(queue[7]).toBe('and 14 more, the last in 3:10');
  });

  it('should show no time for rows whose start is unknown', () => {
    const lines = frame({ ...VIEW, board: board(waiting('When?')) }, { columns: 80, rows: 12 }, PLAIN);
    expect(lines[8]).toMatch(/│ low {4}When\? +$/);
  });

  it('should show the end of every answer in progress, with the lines divided among them', () => {
    const text = Array.from({ length: 200 }, (_, index) => `w${index}`).join(' ');
    const rows = ['a', 'b', 'c'].map((prompt, index) => answering(prompt, index, text));
    const lines = frame({ ...VIEW, board: board(...rows) }, { columns: 100, rows: 20 }, PLAIN);
    const left = lines.slice(7, 19).map((line) => line.split(' │ ')[0]?.trimEnd() ?? '');
    expect(left.filter((line) => line.endsWith('w199'))).toHaveLength(3);
    expect(left.map((line) => /^low {4}([abc])$/.exec(line)?.[1] ?? '.').join('')).toBe('a...b...c...');
  });

  it('should add colours without changing the layout', () => {
    const colour =
      (code: number) =>
      (text: string): string =>
        `\u001b[${code}m${text}\u001b[0m`;
    const palette = Object.fromEntries(Object.keys(PLAIN).map((name, index) => [name, colour(30 + index)]));
    const size = { columns: 80, rows: 24 };
    const coloured = frame(VIEW, size, palette as unknown as Palette);
    expect(coloured.join('')).toContain('\u001b[');
    expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(frame(VIEW, size, PLAIN));
  });

  it('should colour a bucket by its level', () => {
    const marks = { ...PLAIN, good: () => 'G', warning: () => 'W', bad: () => 'B' };
    const levels = [8, 5, 2, 1, -1].map((level) => bucket('rpm', 10, level));
    expect(bucketLines(levels, 79, marks).map((line) => line[21])).toEqual(['G', 'W', 'W', 'B', 'B']);
  });

  it('should fit into any terminal', () => {
    const wide = board(
      answering('漢字漢字漢字漢字漢字🙂', 1, '漢字 🙂 '.repeat(300)),
      waiting('🙂'.repeat(60)),
      failed,
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 140 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(VIEW.board, wide, board()),
        fc.constantFrom(VIEW.levels, []),
        (columns, rows, some, levels) => {
          const lines = frame({ ...VIEW, board: some, levels }, { columns, rows }, PLAIN);
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(Math.max(1, columns - 1));
        },
      ),
    );
  });
});
