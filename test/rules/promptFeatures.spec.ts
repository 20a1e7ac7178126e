import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import { FEATURES, promptFeatures } from '../../src/rules/promptFeatures.ts';

const count = (text: string): number => text.length;
const zero = Object.fromEntries(FEATURES.map((feature) => [feature, 0]));

describe('promptFeatures', () => {
  it('should find in one message its text', () => {
    const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'grüß Gott' }] };
    expect(promptFeatures(request, count)).toEqual({ ...zero, prompt: 1, text: 9, wideCharacters: 2 });
  });

  it('should find everything else that takes tokens', () => {
    const tools = [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'g' } },
    ];
    const request: ChatRequest = {
      model: 'm',
      messages: [
        { role: 'system', content: 'abc' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'de' },
            { type: 'image_url', image_url: { url: 'u' } },
          ],
        },
        { role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: '1', content: 'f' },
      ],
      tools,
      tool_choice: 'required',
      response_format: { type: 'json_schema', json_schema: { name: 'x' } },
      documents: ['d'],
    };
    expect(promptFeatures(request, count)).toEqual({
      ...zero,
      prompt: 1,
      instructions: 1,
      turns: 2,
      text: 6,
      tools: 1,
      furtherTools: 1,
      toolText: JSON.stringify(tools).length,
      toolSpacing: 9,
      mustCall: 1,
      calls: 1,
      callText: 3,
      json: 1,
      schemaText: '{"name":"x"}'.length,
      images: 2_048,
      documents: '["d"]'.length,
    });
  });

  it('should leave out tools that must not be called', () => {
    const request: ChatRequest = {
      model: 'm',
      messages: [{ role: 'user', content: '' }],
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'none',
    };
    expect(promptFeatures(request, count)).toEqual({ ...zero, prompt: 1, mustNotCall: 1 });
  });
});
