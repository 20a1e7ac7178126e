import { describe, expect, it, vi } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { llama3Counter } from '../../src/adapters/llama3Counter.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';

const request: ChatRequest = {
  model: 'llama-3.3-70b-versatile',
  messages: [
    { role: 'user', content: 'a message that is long enough to be remembered, with its count, for the next time' },
  ],
};

describe('llama3Counter', () => {
  it('should count Llama 3 with its own tokenizer, without the marks of a whole text', () => {
    const encode = vi.fn((text: string) => text.split(' ').map((_, i) => i));
    const counter = llama3Counter({ encode }, constantCounter(7));
    expect(counter.count(request)).toEqual({ tokens: 35 + 16, bound: 51, exact: true });
    expect(encode).toHaveBeenCalledExactlyOnceWith(request.messages[0]?.content, { bos: false, eos: false });
  });

  it('should count a text once', () => {
    const encode = vi.fn(() => [1, 2, 3]);
    const counter = llama3Counter({ encode }, constantCounter(7));
    void counter.count(request);
    void counter.count(structuredClone(request));
    expect(encode).toHaveBeenCalledTimes(1);
  });

  it('should leave other models to the other counter', () => {
    const encode = vi.fn(() => []);
    const counter = llama3Counter({ encode }, constantCounter(7));
    expect(counter.count({ ...request, model: 'openai/gpt-oss-20b' })).toEqual({ tokens: 7, bound: 7, exact: true });
    expect(encode).not.toHaveBeenCalled();
  });

  it('should load the other counter, and let it learn about its own models', async () => {
    const load = vi.fn(() => Promise.resolve());
    const observe = vi.fn();
    const counter = llama3Counter({ encode: () => [] }, { ...constantCounter(7), load, observe });
    await counter.load?.();
    const other = { ...request, model: 'qwen/qwen3.8-27b' };
    counter.observe?.(request, 50);
    counter.observe?.(other, 60);
    expect(load).toHaveBeenCalledOnce();
    expect(observe).toHaveBeenCalledExactlyOnceWith(other, 60);
  });

  it('should need nothing of the other counter but its counts', async () => {
    const counter = llama3Counter({ encode: () => [] }, constantCounter(7));
    counter.observe?.({ ...request, model: 'qwen/qwen3.8-27b' }, 60);
    await expect(counter.load?.()).resolves.toBeUndefined();
  });
});
