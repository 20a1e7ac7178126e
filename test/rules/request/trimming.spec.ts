import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';
import { trimming } from '../../../src/rules/request/trimming.ts';
import { conversation } from '../../util/conversations.ts';

/** The messages of each count by index; a request has ten tokens and each message five. */
function asked(letters: string, maxTokens: number): number[][] {
  const messages = conversation(letters);
  const given: ChatRequest = { model: 'm', messages };
  const requests: number[][] = [];
  const trim = trimming(given, maxTokens);
  for (let step = trim.next(); step.done !== true; ) {
    requests.push(step.value.messages.map((message) => messages.indexOf(message)));
    const tokens = 10 + 5 * step.value.messages.length;
    step = trim.next({ tokens, bound: tokens, exact: true });
  }
  return requests;
}

const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('trimming', () => {
  it('should count only the whole of a conversation that fits', () => {
    expect(asked('suau', 30)).toEqual([[0, 1, 2, 3]]);
  });

  it('should count nothing more when no message can be left out', () => {
    const trim = trimming({ model: 'm', messages: conversation('su') }, 19);
    trim.next();
    expect(() => trim.next({ tokens: 20, bound: 20, exact: true })).toThrow('have 20 tokens');
  });

  it('should count the whole, the required messages, each turn, and then around the predicted cut', () => {
    const turns = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
      [9, 10],
    ];
    const before = [from(0, 11), [0, 11], ...turns];
    expect(asked('suauauauauau', 50)).toEqual([...before, [0, ...from(5, 11)], [0, ...from(3, 11)]]);
    expect(asked('suauauauauau', 49)).toEqual([...before, [0, ...from(7, 11)], [0, ...from(5, 11)]]);
  });

  it('should not count the required messages twice', () => {
    const turns = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(asked('suauauau', 20)).toEqual([from(0, 7), [0, 7], ...turns, [0, ...from(5, 7)]]);
  });
});
