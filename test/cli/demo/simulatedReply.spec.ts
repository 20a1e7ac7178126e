import { describe, expect, it } from 'vitest';
import { simulatedReply } from '../../../src/cli/demo/simulatedReply.ts';
import type { ChatRequest } from '../../../src/index.ts';

const request = (prompt: string, max?: number): ChatRequest => ({
  model: 'm',
  messages: [{ role: 'user', content: prompt }],
  ...(max !== undefined && { max_completion_tokens: max }),
});

const text = (reply: ReturnType<typeof simulatedReply>): string => reply.map((token) => token.text).join('');

describe('simulatedReply', () => {
  it('should be the same for the same question, and differ for others', () => {
    expect(simulatedReply(request('a', 300))).toEqual(simulatedReply(request('a', 300)));
    expect(text(simulatedReply(request('a', 300)))).not.toBe(text(simulatedReply(request('b', 300))));
  });

  it('should say that it is no real answer, in words and sentences', () => {
    const reply = text(simulatedReply(request('a', 300)));
    expect(reply).toMatch(/^There is no model here/);
    expect(reply).not.toMatch(/ {2}|undefined|\n/);
  });

  it.each([1, 10, 300, 1_000])('should be a little shorter than %s tokens', (max) => {
    for (const prompt of ['a', 'b', 'c', 'd', 'e']) {
      const { length } = simulatedReply(request(prompt, max));
      expect(length).toBeLessThanOrEqual(max);
      expect(length).toBeGreaterThanOrEqual(Math.floor(max * 0.84));
    }
  });

  it('should have a length also when none is requested', () => {
    expect(simulatedReply(request('a')).length).toBeGreaterThan(400);
  });
});
