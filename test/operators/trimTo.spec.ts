import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { tiktokenCounter } from '../../src/adapters/tiktokenCounter.ts';
import type { ContextLengthError } from '../../src/errors/ContextLengthError.ts';
import { isContextLengthError, isValidationError } from '../../src/errors/guards.ts';
import type { ChatRequest, Message } from '../../src/model/ChatRequest.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import { trimTo } from '../../src/operators/trimTo.ts';
import type { TokenCounter } from '../../src/ports/TokenCounter.ts';
import { conversationUnits } from '../../src/rules/request/conversationUnits.ts';
import { anyMessages, conversation } from '../util/conversations.ts';
import { thrownBy } from '../util/thrownBy.ts';

const FRAME = 10;

/** Counts characters plus a frame for each message and the prompt, and records the work. */
function counting() {
  const counter = {
    messages: 0,
    count: ({ messages, tools }: ChatRequest): TokenCount => {
      counter.messages += messages.length;
      const tokens = messages.reduce(
        (sum, { content }) => sum + 3 + (content?.length ?? 0),
        FRAME + (tools?.length ?? 0) * 5,
      );
      return { tokens, bound: tokens, exact: true };
    },
  };
  return counter;
}

const request = (messages: readonly Message[]): ChatRequest => ({ model: 'm', messages });

/** The rest of a trimmed conversation, as letters. Each message has five tokens, a call three. */
const left = (letters: string, maxTokens: number): string =>
  trimTo(request(conversation(letters)), maxTokens, counting())
    .messages.map((message) => {
      const place = conversation(letters).findIndex((one) => JSON.stringify(one) === JSON.stringify(message));
      return letters[place];
    })
    .join('');

describe('trimTo', () => {
  it.each([
    ['all of it where it fits', 'suauau', 40, 'suauau'],
    ['all but the oldest turn', 'suauau', 39, 'suau'],
    ['all but the oldest two', 'suauau', 29, 'su'],
    ['a turn with its calls, or nothing of it', 'ucraucrau', 50, 'ucrau'],
    ['the latest call, and its question', 'ucrcrcr', 30, 'ucr'],
    ['all but the oldest call', 'ucrcrcr', 38, 'ucrcr'],
    ['instructions wherever they stand', 'uasuadu', 30, 'sdu'],
  ])('should keep %s', (_, letters, maxTokens, expected) => {
    expect(left(letters, maxTokens)).toBe(expected);
  });

  it('should return the request itself when it fits, and never change it', () => {
    const given = Object.freeze({ ...request(conversation('suauau')), temperature: 0.5, tools: [] });
    Object.freeze(given.messages);
    expect(trimTo(given, 40, counting())).toBe(given);
    const trimmed = trimTo(given, 39, counting());
    expect(trimmed).toEqual({ ...given, messages: given.messages.filter((_, place) => place !== 1 && place !== 2) });
    expect(trimmed.messages.every((message) => given.messages.includes(message))).toBe(true);
  });

  it('should count the other fields of the request', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(trimTo({ ...request(conversation('suauau')), tools }, 44, counting()).messages).toHaveLength(4);
  });

  it('should use the bound of an estimate', () => {
    const { count } = counting();
    const counter = { count: (one: ChatRequest) => ({ ...count(one), tokens: 0, exact: false }) };
    expect(trimTo(request(conversation('suauau')), 29, counter).messages).toHaveLength(2);
  });

  it('should fail with the numbers when the messages that must stay are too long', () => {
    const error = thrownBy(() => trimTo(request(conversation('suauau')), 19, counting()));
    expect(isContextLengthError(error)).toBe(true);
    expect(error).toMatchObject({
      limitOf: 'trim',
      limit: 19,
      promptTokens: 20,
      model: 'm',
    } satisfies Partial<ContextLengthError>);
    expect(String(error)).toBe(
      'ContextLengthError: The messages that must stay have 20 tokens, but the conversation was to be trimmed to 19. Allow more tokens, or shorten the instructions, the tools or the last message.',
    );
  });

  it.each([0, -1, NaN, '5', undefined])('should refuse to trim to %s', (maxTokens) => {
    const error = thrownBy(() => trimTo(request(conversation('u')), maxTokens as number, counting()));
    expect(isValidationError(error) && error.path).toBe('maxTokens');
  });

  it('should advise load() for an asynchronous counter', () => {
    const counter = { count: () => Promise.reject(new Error('away')) };
    const error = thrownBy(() => trimTo(request(conversation('u')), 5, counter));
    expect(isValidationError(error) && error.advice).toContain('load()');
  });

  // Texts that are counted together have fewer tokens.
  const together = (one: ChatRequest): TokenCount => {
    const { tokens } = counting().count(one);
    const fewer = tokens - Math.floor(Math.sqrt(tokens * 8));
    return { tokens: fewer, bound: fewer, exact: true };
  };

  it.each([
    ['that counts every message as it does alone', counting().count],
    ['that counts them together', together],
  ])('should find the longest conversation that fits, with a counter %s', (_, count) => {
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 1, max: 600 }), (messages, maxTokens) => {
        // Every number of units that can be left out, in ascending order.
        const units = conversationUnits(messages);
        const all = Array.from({ length: units.length + 1 }, (_unit, dropped) => {
          const out = new Set(units.slice(0, dropped).flat());
          return request(messages.filter((_message, place) => !out.has(place)));
        });
        const expected = all.find((one) => count(one).tokens <= maxTokens);
        const trim = (): ChatRequest => trimTo(request(messages), maxTokens, { count });
        if (expected === undefined) expect(isContextLengthError(thrownBy(trim))).toBe(true);
        else expect(trim()).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('should find a conversation that fits with a counter that is not additive', () => {
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 50, max: 600 }), fc.nat(), (messages, maxTokens, noise) => {
        const { count } = counting();
        const counter: TokenCounter = {
          count: (one) => {
            const { tokens } = count(one);
            const wrong = Math.round(tokens * (1 + (one.messages.length % ((noise % 3) + 2)) / 4));
            return { tokens: wrong, bound: wrong, exact: false };
          },
        };
        const bound = (one: ChatRequest): number => (counter.count(one) as { bound: number }).bound;
        const result = { kept: undefined as ChatRequest | undefined };
        const error = thrownBy(() => (result.kept = trimTo(request(messages), maxTokens, counter)));
        if (result.kept === undefined) expect(isContextLengthError(error)).toBe(true);
        else expect(bound(result.kept)).toBeLessThanOrEqual(maxTokens);
      }),
    );
  });

  it('should remove all that it can when single messages count nothing', () => {
    const error = thrownBy(() => trimTo(request(conversation('uauau')), 5, constantCounter(6)));
    expect(error).toMatchObject({ promptTokens: 6, limit: 5 });
  });

  it('should count a long conversation in proportion to its length', () => {
    const work = (turns: number): number => {
      const counter = counting();
      const given = request(conversation(`s${'ucra'.repeat(turns)}u`));
      trimTo(given, 1_500, counter);
      return counter.messages / given.messages.length;
    };
    for (const turns of [25, 100, 400, 1_600]) expect(work(turns)).toBeLessThan(5);
  });

  it('should not count much more when parts do not predict the whole', () => {
    const counter = counting();
    const { count } = counter;
    // Alone, the oldest turn seems to hold all the tokens.
    const strange = (one: ChatRequest): TokenCount => {
      const { tokens } = count(one);
      const seen = one.messages.length > 4 ? tokens : one.messages[0]?.content === 'u1' ? 1e9 : 0;
      return { tokens: seen, bound: seen, exact: true };
    };
    const given = request(conversation(`s${'ua'.repeat(2_048)}u`));
    const { messages } = trimTo(given, 10_000, { count: strange });
    expect(count(request(messages)).tokens).toBeLessThanOrEqual(10_000);
    expect(counter.messages / given.messages.length).toBeLessThan(15);
  });

  it("should keep as many of a hundred messages as fit, with Groq's count", async () => {
    const counter = tiktokenCounter();
    await counter.load();
    const messages = Array.from({ length: 50 }, (_, turn): Message[] => [
      { role: 'user', content: `What is ${turn} times ${turn + 3}, and why is that so? Think about it carefully.` },
      { role: 'assistant', content: `It is ${turn * (turn + 3)}. ${'Because it is. '.repeat(turn % 7)}` },
    ]).flat();
    const given: ChatRequest = {
      model: 'openai/gpt-oss-20b',
      messages: [{ role: 'system', content: 'Be brief.' }, ...messages, { role: 'user', content: 'Thanks!' }],
    };
    const tokens = (one: ChatRequest): number => (counter.count(one) as { tokens: number }).tokens;
    for (const maxTokens of [100, 500, 1_000, 2_000]) {
      const { messages: kept } = trimTo(given, maxTokens, counter);
      const more = [given.messages[0], ...given.messages.slice(-kept.length - 1)] as Message[];
      expect(kept).toEqual([given.messages[0], ...given.messages.slice(1 - kept.length)]);
      expect(tokens({ ...given, messages: kept })).toBeLessThanOrEqual(maxTokens);
      expect(tokens({ ...given, messages: more })).toBeGreaterThan(maxTokens);
    }
  });
});
