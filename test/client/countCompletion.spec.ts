import { describe, expect, it } from 'vitest';
import { countCompletion } from '../../src/client/countCompletion.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';

/** Counts one token for four characters and ten for the rest of a prompt, and records the lengths of texts. */
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
  it('should count the tokens that a text adds to a prompt', () => {
    expect(countCompletion(counting().counter, 'm', 'x'.repeat(400), 7)).toBe(100);
  });

  it('should count at most a hundred thousand characters, and extrapolate from them', () => {
    const { counter, given } = counting();
    expect(countCompletion(counter, 'm', 'x'.repeat(24_000_000), 7)).toBe(6_000_000);
    expect(Math.max(...given)).toBe(100_000);
  });

  it('should return the number of pieces when the counter fails or is asynchronous', () => {
    const failing = (): never => {
      throw new Error('no');
    };
    expect(countCompletion({ count: failing }, 'm', 'Hello', 7)).toBe(7);
    expect(countCompletion({ count: () => Promise.reject(new Error('no')) }, 'm', 'Hello', 7)).toBe(7);
  });
});
