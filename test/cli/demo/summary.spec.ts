import { describe, expect, it } from 'vitest';
import { summary } from '../../../src/cli/demo/summary.ts';
import { timingTable } from '../../../src/cli/demo/timingTable.ts';
import { ConnectionError } from '../../../src/index.ts';
import { PLAIN } from '../plain.ts';
import { answered, answering, board, waiting } from './rows.ts';

const stage = (changes: object = {}) => ({
  speed: 20,
  now: () => 250_000,
  rateLimited: () => 0,
  sum: () => ['a line of the stage'],
  ...changes,
});

describe('summary', () => {
  it('should show requests, tokens, 429s and waits', () => {
    const rows = [100, 1_500, 80_000].map((at, index) => answered(`low ${index}`, at, at + 5_000));
    const all = board(...rows, answered('urgent', 40, 900, 'high'));
    expect(summary(all, stage(), PLAIN)).toEqual([
      'requests: 4 of 4 answered',
      'time: 4 min 10 s by the simulated clock, 13 s by yours',
      'tokens: 400 (prompts 280, answers 120)',
      '429s: 0',
      'a line of the stage',
      '',
      'wait in simulated seconds  p50   p95  requests',
      '  high                     0.0   0.0         1',
      '  low                      1.5  80.0         3',
    ]);
  });

  it('should show failed and cancelled requests', () => {
    const failed = answering('Who failed?', 10);
    failed.end(
      20,
      new ConnectionError('The \u001b[31mline broke.', {
        sent: true,
        advice: 'Set GROQ_API_KEY or `apiKey` to a key.',
      }),
    );
    const all = board(failed, answered('a', 1, 2), answering('b', 3), waiting('c'));
    const lines = summary(all, stage({ speed: 1, rateLimited: () => 3, sum: () => [] }), {
      good: (text) => text,
      bad: (text) => `<${text}>`,
    });
    expect(lines.slice(0, 4)).toEqual([
      'requests: 1 of 4 answered, 1 failed, 2 cancelled',
      'time: 4 min 10 s',
      'tokens: 100 (prompts 70, answers 30)',
      '<429s: 3>',
    ]);
    expect(lines[5]).toMatch(/^wait in seconds /);
    expect(lines.slice(-2)).toEqual(['failed: Who failed?', '  The line broke. Set GROQ_API_KEY to a key.']);
  });

  it('should be short when nothing was answered', () => {
    expect(summary(board(waiting('a')), stage({ sum: () => [] }), PLAIN)).toEqual([
      'requests: 0 of 1 answered, 1 cancelled',
      'time: 4 min 10 s by the simulated clock, 13 s by yours',
      'tokens: 0 (prompts 0, answers 0)',
      '429s: 0',
    ]);
  });
});

describe('timingTable', () => {
  it('should show the times of each question and their median', () => {
    const rows = [answering('one', 0, 'a'), answering('two', 50, 'a'), answering('three', 90), waiting('four')];
    expect(timingTable(rows)).toEqual([
      'connection  first token',
      '     10 ms       100 ms  one',
      '     10 ms       100 ms  two',
      '     10 ms            -  three',
      '         -            -  four',
      '     10 ms       100 ms  (median)',
    ]);
  });
});
