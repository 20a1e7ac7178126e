import { describe, expect, it } from 'vitest';
import { countCompletion } from '../../src/client/countCompletion.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';

/** Counts a token for each four characters, and ten for the rest of a prompt; notes how much it was given. */
const counting = () => {
  const given: number[] = [];
  const count = ({ messages }: ChatRequest) => {
    const [message] = messages;
    const length = typeof message?.content === 'string' ? message.content.length : 0;
    given.push(length);
    return { tokens: 10 + length / 4, bound: 10 + length / 4, exact: true };
  };
  return { counter: { count }, given };
};

describe('countCompletion', () => {
  it('should count what a text adds to a prompt', () => {
    expect(countCompletion(counting().counter, 'm', 'x'.repeat(400), 7)).toBe(100);
  });

  it('should count no more of a text than a model writes, and take the rest to be like it', () => {
    const { counter, given } = counting();
    expect(countCompletion(counter, 'm', 'x'.repeat(24_000_000), 7)).toBe(6_000_000);
    expect(Math.max(...given)).toBe(1_000_000);
  });

  it('should take the pieces for tokens when nothing can be counted', () => {
    const failing = (): never => {
      throw new Error('no');
    };
    expect(countCompletion({ count: failing }, 'm', 'Hello', 7)).toBe(7);
    expect(countCompletion({ count: () => Promise.reject(new Error('no')) }, 'm', 'Hello', 7)).toBe(7);
  });
});
