import ranks from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it, vi } from 'vitest';
import { tiktokenCounter } from '../../src/adapters/tiktokenCounter.ts';
import type { ChatRequest, Message, Tool } from '../../src/model/ChatRequest.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';

const hi: ChatRequest = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'hi' }] };
const qwen: ChatRequest = { model: 'qwen/qwen3.8-27b', messages: [{ role: 'user', content: 'hi' }] };

async function loaded(options: Parameters<typeof tiktokenCounter>[0] = {}) {
  const counter = tiktokenCounter(options);
  await counter.load();
  return counter;
}

describe('tiktokenCounter', () => {
  it('should return a promise while the vocabulary is loading, and a value afterwards', async () => {
    const counter = tiktokenCounter();
    const first = counter.count(hi);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toEqual({ tokens: 72, bound: 72, exact: true });
    expect(counter.count(hi)).toEqual({ tokens: 72, bound: 72, exact: true });
  });

  it('should load the vocabulary once, however often it is needed', async () => {
    const load = vi.fn(() => Promise.resolve(ranks.bpe_ranks));
    const counter = tiktokenCounter({ ranks: load });
    expect(load).not.toHaveBeenCalled();
    await Promise.all([counter.load(), counter.count(hi), counter.load()]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('should share the vocabulary of an earlier counter with the same loader', async () => {
    const load = vi.fn(() => Promise.resolve(ranks.bpe_ranks));
    await Promise.all([tiktokenCounter({ ranks: load }).load(), tiktokenCounter({ ranks: load }).load()]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('should report why loading failed, and try again on the next call', async () => {
    let works = false;
    const counter = tiktokenCounter({
      ranks: () => (works ? Promise.resolve(ranks.bpe_ranks) : Promise.reject(new Error('no such module'))),
    });
    await expect(counter.count(hi)).rejects.toThrow('no such module');
    await expect(counter.load()).rejects.toThrow('no such module');
    works = true;
    expect(await counter.count(hi)).toEqual({ tokens: 72, bound: 72, exact: true });
  });

  it('should refuse an invalid vocabulary', async () => {
    const load = vi.fn(() => Promise.resolve('nonsense'));
    const counter = tiktokenCounter({ ranks: load });
    await expect(counter.load()).rejects.toThrow(TypeError);
    await expect(counter.count(hi)).rejects.toThrow(TypeError);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('should encode and decode once the vocabulary is loaded', async () => {
    const counter = tiktokenCounter();
    expect(() => counter.encode('hi')).toThrow('Await `load()` first');
    expect(() => counter.decode([1])).toThrow('Await `load()` first');
    await counter.load();
    expect(counter.decode(counter.encode('Grüß Gott, 世界'))).toBe('Grüß Gott, 世界');
  });

  it('should learn the token counts that Groq reports for models without a known vocabulary', async () => {
    const counter = await loaded();
    const before = await counter.count(qwen);
    expect(before.exact).toBe(false);
    for (let i = 0; i < 5; i++) counter.observe(qwen, 14);
    const after = await counter.count(qwen);
    expect(after).toMatchObject({ tokens: 14, exact: false });
    expect(after.bound - after.tokens).toBeLessThan(before.bound - before.tokens);
    expect(await counter.count({ ...qwen, model: 'qwen/other' })).toEqual(before);
  });

  it('should bound the tokens of images of known and unknown size', async () => {
    const counter = await loaded();
    const withImages = (model: string, images: number): ChatRequest => ({
      model,
      messages: [
        {
          role: 'user',
          content: Array.from({ length: images }, () => ({
            type: 'image_url',
            image_url: { url: 'https://example.com/cat.jpg' },
          })),
        },
      ],
    });
    const of = (model: string, images: number) => counter.count(withImages(model, images)) as TokenCount;
    const taken = (model: string) => of(model, 3).tokens - of(model, 0).tokens;
    expect(taken(qwen.model)).toBe(3 * 2_048);
    expect(of(qwen.model, 3).bound).toBeLessThan(1.15 * 3 * 2_048);
    // The image behind a link may have the largest size.
    const llama = 'meta-llama/llama-4-scout-17b-16e-instruct';
    expect(taken(llama)).toBe(3 * 1_250);
    expect(of(llama, 3).bound).toBeGreaterThan(3 * 2_467);
    expect(of(llama, 3).exact).toBe(false);

    const before = of(llama, 3);
    for (let i = 0; i < 20; i++) counter.observe(withImages(llama, 3), 400);
    expect(of(llama, 3)).toEqual(before);
  });

  it('should learn nothing before the vocabulary is loaded', async () => {
    const counter = tiktokenCounter();
    counter.observe(qwen, 14_000);
    await counter.load();
    expect(counter.count(qwen)).toEqual((await loaded()).count(qwen));
  });

  it('should ignore reports on prompts that it counts exactly', async () => {
    const counter = await loaded();
    counter.observe(hi, 1_000);
    expect(counter.count(hi)).toEqual({ tokens: 72, bound: 72, exact: true });
  });

  it('should learn from reports how gpt-oss writes closed objects', async () => {
    const counter = await loaded();
    const tool: Tool = {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Tells the weather.',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false },
      },
    };
    const request = { ...hi, tools: [tool, tool] };
    const { tokens } = await counter.count(request);
    counter.observe(request, tokens + 12);
    expect(counter.count(request)).toMatchObject({ tokens: tokens + 12 });
    counter.observe(request, tokens + 1);
    expect(counter.count(request)).toMatchObject({ tokens });
  });

  it('should remember a limited number of models, the most recently observed', async () => {
    const counter = await loaded();
    const asked = (i: number): ChatRequest => ({ ...qwen, model: `model-${i}` });
    const unknown = counter.count(asked(0));
    counter.observe(asked(0), 500);
    expect(counter.count(asked(0))).not.toEqual(unknown);
    for (let i = 1; i < 100; i++) {
      counter.observe(asked(i), 500);
      counter.observe(asked(0), 500);
    }
    expect(counter.count(asked(0))).not.toEqual(unknown);
    expect(counter.count(asked(99))).not.toEqual(unknown);
    expect(counter.count(asked(1))).toEqual(unknown);
  });

  it('should encode only the new message of a conversation', async () => {
    const encode = vi.spyOn(TextEncoder.prototype, 'encodeInto');
    try {
      const counter = await loaded();
      const say = (i: number): Message => ({
        role: i % 2 ? 'assistant' : 'user',
        content: `${i}: a message of some length, so that it is worth to be remembered with its count.`,
      });
      const chat = (length: number): ChatRequest => ({
        model: 'openai/gpt-oss-20b',
        messages: Array.from({ length }, (_, i) => say(i)),
      });
      const first = await counter.count(chat(100));
      encode.mockClear();
      const second = await counter.count(chat(101));
      // The empty developer message and the new one.
      expect(encode).toHaveBeenCalledTimes(2);
      expect(second.tokens - first.tokens).toBe(4 + counter.encode(say(100).content as string).length);
    } finally {
      encode.mockRestore();
    }
  });
});
