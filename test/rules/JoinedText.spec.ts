import { describe, expect, it } from 'vitest';
import { JoinedText } from '../../src/rules/JoinedText.ts';

describe('JoinedText', () => {
  it.each([0, 1, 63, 64, 65, 128, 200])('should be all of %i pieces in their order', (count) => {
    const text = new JoinedText();
    const pieces = Array.from({ length: count }, (_, i) => `${i} `);
    for (const piece of pieces) text.add(piece);
    expect([String(text), text.count]).toEqual([pieces.join(''), count]);
  });

  it('should go on after it was read', () => {
    const text = new JoinedText();
    let expected = '';
    for (let i = 0; i < 150; i++) {
      text.add(String(i));
      expected += String(i);
      expect(String(text)).toBe(expected);
    }
  });

  it.each([3, 64, 70])('should let go of %i pieces, and begin anew', (count) => {
    const text = new JoinedText();
    for (let i = 0; i < count; i++) text.add('a');
    text.clear();
    expect(String(text)).toBe('');
    text.add('b');
    expect([String(text), text.count]).toEqual(['b', count + 1]);
  });
});
