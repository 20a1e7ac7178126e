import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/model/ChatRequest.ts';
import { conversationUnits } from '../../../src/rules/request/conversationUnits.ts';
import { anyMessages, conversation } from '../../util/conversations.ts';

/** The units as letters, in the order of the conversation. */
const unitsOf = (letters: string): string =>
  conversationUnits(conversation(letters))
    .map((unit) => unit.map((place) => letters[place]).join(''))
    .join(' ');

describe('conversationUnits', () => {
  it.each([
    ['nothing but a question', 'u', ''],
    ['a question with instructions', 'sdu', ''],
    ['turns, but for the last', 'suauau', 'ua ua'],
    ['turns of many messages', 'ucrcraucrau', 'ucrcra ucra'],
    ['questions without answers', 'uuuu', 'u u u'],
    ['what an assistant said first', 'auau', 'a ua'],
    ['what an assistant said first, in several messages', 'aaau', 'aaa'],
    ['instructions in between', 'uasuadu', 'ua ua'],
    ['calls within the last turn, but for the latest', 'ucrcrcr', 'cr cr'],
    ['several results of a call together', 'ucrrcrrr', 'crr'],
    ['old turns before calls of the last', 'uaucrcr', 'ua cr'],
    ['all but the last, when no user speaks', 'acra', 'a cr'],
    ['a last answer that is to be continued', 'uaua', 'ua'],
    ['results without a call', 'rru', 'rr'],
    ['results after a question, which are one with it', 'urau', 'ura'],
    ['a call that is interrupted by the user, with what came in between', 'uacuru', 'uacur'],
    ['nothing', '', ''],
    ['instructions alone', 'ss', ''],
  ])('should find %s', (_, letters, expected) => {
    expect(unitsOf(letters)).toBe(expected);
  });

  it('should keep the latest question even if it interrupts a call, and the call with its result', () => {
    expect(unitsOf('uacur')).toBe('u a');
    expect(unitsOf('uacura')).toBe('u a');
  });

  /** The pairs of calls and results, each result with the latest call of its id before it. */
  const pairs = (messages: readonly Message[]): (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = [];
    messages.forEach((message, place) => {
      if (message.role !== 'tool' && message.role !== 'function') return;
      const call = messages.findLastIndex(
        (other, before) =>
          before < place &&
          other.role === 'assistant' &&
          (message.role === 'tool'
            ? other.tool_calls?.some(({ id }) => id === message.tool_call_id)
            : other.function_call?.name === message.name),
      );
      if (call >= 0) found.push([call, place]);
    });
    return found;
  };

  it('should split no call from its result, repeat no message, and never contain instructions', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const units = conversationUnits(messages);
        const unitOf = new Map(units.flatMap((unit, index) => unit.map((place) => [place, index] as const)));
        expect(unitOf.size).toBe(units.flat().length);
        for (const [call, result] of pairs(messages)) expect(unitOf.get(call)).toBe(unitOf.get(result));
        messages.forEach(({ role }, place) => {
          if (role === 'system' || role === 'developer') expect(unitOf.has(place)).toBe(false);
        });
        expect(unitOf.has(messages.findLastIndex(({ role }) => role === 'user'))).toBe(false);
        expect(unitOf.has(messages.findLastIndex(({ role }) => role !== 'system' && role !== 'developer'))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('should be in the order of the conversation', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const firsts = conversationUnits(messages).map((unit) => Math.min(...unit));
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      }),
    );
  });
});
