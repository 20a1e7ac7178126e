import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import { roughPrompt } from '../../src/simulator/roughPrompt.ts';

const request = (...messages: ChatRequest['messages']): ChatRequest => ({ model: 'm', messages });

describe('roughPrompt', () => {
  it('should count only text', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aaaaaaaaaaaaaaaa' } } as const;
    const content = [{ type: 'text', text: 'x'.repeat(17) } as const, image];
    expect(roughPrompt(request({ role: 'user', content }))).toBe(5);
  });
});
