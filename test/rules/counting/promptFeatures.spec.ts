import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';
import { FEATURES, imageUncertainty, promptFeatures } from '../../../src/rules/counting/promptFeatures.ts';

const count = (text: string): number => text.length;
const zero = Object.fromEntries(FEATURES.map((feature) => [feature, 0]));

describe('promptFeatures', () => {
  it('should find the text of a message', () => {
    const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'grüß Gott' }] };
    expect(promptFeatures(request, count)).toEqual({ ...zero, prompt: 1, text: 9, wideCharacters: 2 });
    expect(promptFeatures({ ...request, documents: null }, count)).toMatchObject({ documents: 0 });
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
      documents: ['d'] as never,
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

  it('should find a call in the deprecated form', () => {
    const called = { name: 'f', arguments: '{"a":1}' };
    const request: ChatRequest = { model: 'm', messages: [{ role: 'assistant', function_call: called }] };
    expect(promptFeatures(request, count)).toEqual({ ...zero, prompt: 1, calls: 1, callText: 8 });
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

  it.each<[ChatRequest['tool_choice'], number]>([
    ['required', 1],
    [{ type: 'function', function: { name: 'f' } }, 1],
    ['auto', 0],
    [null, 0],
    [undefined, 0],
  ])('should derive from the choice %j whether a tool must be called', (tool_choice, mustCall) => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content: '' }], tools, tool_choice };
    expect(promptFeatures(request, count)).toMatchObject({ tools: 1, mustCall, mustNotCall: 0 });
    expect(promptFeatures({ ...request, tools: [] }, count)).toEqual({ ...zero, prompt: 1 });
  });

  it('should treat a developer message as a system message', () => {
    const request = (role: 'system' | 'developer' | 'user'): ChatRequest => ({
      model: 'm',
      messages: [
        { role, content: 'ab' },
        { role: 'user', content: 'c' },
      ],
    });
    const instructed = { ...zero, prompt: 1, instructions: 1, text: 3 };
    expect(promptFeatures(request('developer'), count)).toEqual(instructed);
    expect(promptFeatures(request('system'), count)).toEqual(instructed);
    expect(promptFeatures(request('user'), count)).toEqual({ ...zero, prompt: 1, turns: 1, text: 3 });
  });

  it('should count a response format as JSON only if it is', () => {
    const json = (type: 'text' | 'json_object'): number =>
      promptFeatures({ model: 'm', messages: [], response_format: { type } }, count).json;
    expect([json('text'), json('json_object')]).toEqual([0, 1]);
  });

  it('should count documents within the messages and beside them', () => {
    const content = ['abc', 'de'].map((data) => ({ type: 'document' as const, document: { data } }));
    const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content }], documents: ['f'] as never };
    expect(promptFeatures(request, count)).toEqual({ ...zero, prompt: 1, documents: 3 + 16 + 2 + 16 + 5 });
  });

  it('should count characters outside ASCII as wide', () => {
    const wide = (content: string): number =>
      promptFeatures({ model: 'm', messages: [{ role: 'user', content }] }, count).wideCharacters;
    expect(['a~\u007f', '\u0080', 'é灯', '😀'].map(wide)).toEqual([0, 1, 2, 2]);
  });
});

describe('imageUncertainty', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } } as const;
  const request = (model: string): ChatRequest => ({
    model,
    messages: [
      { role: 'user', content: [image, { type: 'document', document: { data: 'a' } }, image] },
      { role: 'user', content: [{ type: 'text', text: 'b' }, image] },
      { role: 'user', content: 'c' },
    ],
  });

  it('should add up the uncertainty of all images', () => {
    expect(imageUncertainty(request('meta-llama/llama-4-scout-17b-16e-instruct'))).toBe(3 * (2_467 - 1_250));
    expect(imageUncertainty(request('m'))).toBe(3 * (2_500 - 2_048));
  });

  it('should be 0 when the tokens of images are known, or there are none', () => {
    expect(imageUncertainty(request('qwen/qwen3.8-27b'))).toBe(0);
    expect(imageUncertainty({ model: 'm', messages: [{ role: 'user', content: 'c' }] })).toBe(0);
  });
});
