import { describe, expect, it } from 'vitest';
import { roughCounter } from '../../src/adapters/roughCounter.ts';
import type { Message } from '../../src/model/ChatRequest.ts';

describe('roughCounter', () => {
  it.each<[string, Message[], number]>([
    ['nothing', [], 0],
    ['no content', [{ role: 'assistant', tool_calls: [] }], 4],
    ['a text', [{ role: 'user', content: '12345678' }], 6],
    [
      'two messages',
      [
        { role: 'system', content: '1' },
        { role: 'user', content: '12345' },
      ],
      11,
    ],
    [
      'parts',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: '1234' },
            { type: 'text', text: '5678' },
          ],
        },
      ],
      6,
    ],
  ])('should estimate tokens from the length of %s', (_, messages, tokens) => {
    expect(roughCounter().count({ model: 'm', messages })).toEqual({ tokens, bound: tokens, exact: false });
  });
});
