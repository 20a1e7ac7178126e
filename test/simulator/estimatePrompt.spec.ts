import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import { estimatePrompt, roughPrompt } from '../../src/simulator/estimatePrompt.ts';

const request = (...messages: ChatRequest['messages']): ChatRequest => ({ model: 'm', messages });

describe('estimatePrompt', () => {
  it('should be what is recorded for one short message', () => {
    expect(estimatePrompt(request({ role: 'user', content: 'hi' }))).toBe(72);
  });

  it('should count the text of every message, and the tools', () => {
    const one = request({ role: 'system', content: 'x'.repeat(40) }, { role: 'assistant', content: null });
    expect(estimatePrompt(one)).toBe(67 + 2 * 4 + 10);
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(estimatePrompt({ ...one, tools })).toBe(67 + 2 * 4 + 10 + Math.ceil(JSON.stringify(tools).length / 4));
    expect(estimatePrompt({ ...one, tools: [] })).toBe(estimatePrompt(one));
  });
});

describe('roughPrompt', () => {
  it('should count text alone', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aaaaaaaaaaaaaaaa' } } as const;
    const content = [{ type: 'text', text: 'x'.repeat(17) } as const, image];
    expect(roughPrompt(request({ role: 'user', content }))).toBe(5);
  });
});
