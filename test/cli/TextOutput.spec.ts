import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TextOutput } from '../../src/cli/TextOutput.ts';

function written(raw: boolean, ...pieces: string[]): string {
  const stream = new PassThrough({ encoding: 'utf8' });
  const output = new TextOutput(stream, raw);
  for (const piece of pieces) output.write(piece);
  output.end();
  output.end();
  return String(stream.read() ?? '');
}

describe('TextOutput', () => {
  it('should end the last line once', () => {
    expect(written(false, 'a', 'b')).toBe('ab\n');
    expect(written(false, 'a\n')).toBe('a\n');
    expect(written(false, 'a\n', '\u001b[0m')).toBe('a\n');
    expect(written(false)).toBe('');
  });

  it('should remove control sequences, also when they are split', () => {
    expect(written(false, 'a\u001b', '[31', 'mb')).toBe('ab\n');
  });

  it('should change nothing in raw mode', () => {
    expect(written(true, 'a\u001b', '[31mb')).toBe('a\u001b[31mb');
  });
});
