import { describe, expect, it } from 'vitest';
import type { ChatRequest, Message, Tool } from '../../../../src/model/ChatRequest.ts';
import { developerMessage } from '../../../../src/rules/counting/harmony/developerMessage.ts';
import { functionsSection } from '../../../../src/rules/counting/harmony/functionsSection.ts';
import { Tally } from '../../../../src/rules/counting/Tally.ts';

const length = (text: string): number => text.length;
const user: Message = { role: 'user', content: 'hi' };
const system: Message = { role: 'system', content: 'Be brief.' };

/** The text of the message, the estimated tokens besides, and their slack. */
const written = (rest: Partial<ChatRequest>, count = length, closedObjectTokens = 0) => {
  const tally = new Tally();
  const text = developerMessage({ model: 'm', messages: [user], ...rest }, tally, count, closedObjectTokens);
  const { tokens, bound } = tally.total;
  return { text, tokens, slack: bound - tokens };
};

const tool = (name: string, parameters?: Record<string, unknown>) => ({
  type: 'function',
  function: { name, ...(parameters && { parameters }) },
});
const objectOf = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest });

describe('developerMessage', () => {
  it('should be empty without instructions, tools and format', () => {
    expect(written({})).toEqual({ text: '', tokens: 0, slack: 0 });
    expect(written({ tools: [], response_format: { type: 'text' } })).toEqual({ text: '', tokens: 0, slack: 0 });
  });

  it('should be certain only about instructions at the start', () => {
    const developer: Message = { role: 'developer', content: 'Be kind.' };
    expect(written({ messages: [system, user] })).toEqual({
      text: '# Instructions\n\nBe brief.',
      tokens: 0,
      slack: 0,
    });
    expect(written({ messages: [user, system] }).slack).toBe(8);
    expect(written({ messages: [system, user, developer] })).toEqual({
      text: '# Instructions\n\nBe brief.\n\nBe kind.',
      tokens: 0,
      slack: 16,
    });
  });

  it('should estimate each built-in tool of Groq', () => {
    const tools: Tool[] = [{ type: 'browser_search' }, { type: 'code_interpreter' }];
    expect(written({ tools })).toEqual({ text: '', tokens: 700, slack: 2_000 });
    expect(written({ tools: [...tools, tool('f')] })).toMatchObject({ tokens: 714, slack: 2_010 });
  });

  it('should be less certain with every function', () => {
    const [f, g] = [tool('f', objectOf({ a: { type: 'string' } })), tool('g')];
    expect(written({ tools: [f] })).toEqual({ text: functionsSection([f]), tokens: 14, slack: 8 + 2 });
    expect(written({ tools: [f, g] })).toEqual({ text: functionsSection([f, g]), tokens: 14, slack: 8 + 4 });
  });

  it('should allow for closed objects, or count them when their tokens are known', () => {
    const closed = tool('f', objectOf({ a: { type: 'string' } }, { additionalProperties: false }));
    const tools = [closed, closed];
    expect(written({ tools })).toMatchObject({ tokens: 14, slack: 8 + 4 + 12 });
    expect(written({ tools }, length, 6)).toMatchObject({ tokens: 14 + 12, slack: 8 + 4 });
    expect(written({ tools, tool_choice: 'none' })).toEqual({
      text: '',
      tokens: 0,
      slack: 14 + functionsSection(tools).length + 8 + 4 + 12,
    });
  });

  it.each([
    ['is nested', objectOf({ a: objectOf({ b: { type: 'string' } }) })],
    ['has a list', objectOf({ a: { type: 'array', items: { type: 'string' } } })],
    ['has a default', objectOf({ a: { type: 'string', default: 'a text of more than a few characters' } })],
  ])('should allow for the whole JSON of a schema that %s', (_what, parameters) => {
    const tools = [tool('f', parameters)];
    const excess = JSON.stringify(tools).length - functionsSection(tools).length;
    expect(excess).toBeGreaterThan(0);
    expect(written({ tools }).slack).toBe(8 + 2 + excess);
    // Counted in lines, the JSON is shorter.
    expect(written({ tools }, (text) => text.split('\n').length).slack).toBe(8 + 2);
  });

  it('should write the schema of the answer, with a description if there is one', () => {
    const json_schema = { name: 'City', schema: { type: 'object' } };
    const answer = (description?: string) =>
      written({
        messages: [system, user],
        response_format: { type: 'json_schema', json_schema: { ...json_schema, description } },
      });
    const before = '# Instructions\n\nBe brief.\n\n# Response Formats\n\n## City\n\n';
    expect(answer()).toEqual({ text: `${before}{"type":"object"}`, tokens: 38, slack: 16 + 9 });
    expect(answer('A city.').text).toBe(`${before}// A city.\n{"type":"object"}`);
  });

  it('should count more for the format when there are no instructions', () => {
    const response_format = { type: 'json_object' } as const;
    expect(written({ response_format })).toEqual({ text: '', tokens: 28 + 13, slack: 16 + 8 });
    expect(written({ response_format, messages: [system, user] })).toMatchObject({ tokens: 28, slack: 16 });
  });
});
