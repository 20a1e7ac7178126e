import { describe, expect, it } from 'vitest';
import { JoinedText } from '../../../src/rules/answer/JoinedText.ts';

describe('JoinedText', () => {
  it.each([0, 1, 15, 16, 17, 32, 200])('should join all of %i pieces in order', (count) => {
    const text = new JoinedText();
    const pieces = Array.from({ length: count }, (_, i) => `${i} `);
    for (const piece of pieces) text.add(piece);
    expect([String(text), text.count]).toEqual([pieces.join(''), count]);
  });

  it('should accept more pieces after it was read', () => {
    const text = new JoinedText();
    let expected = '';
    for (let i = 0; i < 150; i++) {
      text.add(String(i));
      expected += String(i);
      expect(String(text)).toBe(expected);
    }
  });
});
