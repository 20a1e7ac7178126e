import { firstValueFrom, Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import { type TokenCount, tiktokenCounter } from '../../src/operators.ts';
import { ask, body, chunks, json, MODEL } from './ask.ts';
import { simulators } from './simulators.ts';

const start = simulators();
const reported = (reply: { text: string }): number =>
  (json(reply) as { usage: { prompt_tokens: number } }).usage.prompt_tokens;

describe('the prompt of a simulated request', () => {
  it('should be counted like in the client', async () => {
    const { url } = await start();
    const counter = tiktokenCounter();
    await counter.load();
    const tools = [{ type: 'function', function: { name: 'now', description: 'Tells the time.' } }];
    for (const request of [body(), body({ tools }), body({ model: 'qwen/qwen3.8-27b' })]) {
      const { tokens } = counter.count(request as unknown as ChatRequest) as TokenCount;
      expect(reported(await ask(url, { body: request }))).toBe(tokens);
    }
    expect(reported(await ask(url, { body: body() }))).toBe(72);
  });

  it('should be counted for streams as well, and for concurrent requests while the counter loads', async () => {
    const { url } = await start();
    const replies = await Promise.all([0, 1, 2].map(() => ask(url, { body: body({ stream: true }) })));
    expect(replies.map(({ text }) => chunks(text).at(-1)?.usage?.prompt_tokens)).toEqual([72, 72, 72]);
  });

  it('should be counted by an asynchronous option', async () => {
    const { url } = await start({ countPrompt: () => Promise.resolve(123) });
    expect(reported(await ask(url, { body: body() }))).toBe(123);
    const failing = await start({ countPrompt: () => Promise.reject(new Error('lost count')) });
    expect(await ask(failing.url, { body: body() })).toMatchObject({
      status: 500,
      text: expect.stringContaining('lost count') as string,
    });
    const wrong = await start({ countPrompt: () => Promise.resolve(0.5) });
    expect(await ask(wrong.url, { body: body() })).toMatchObject({
      status: 500,
      text: expect.stringContaining('countPrompt') as string,
    });
  });

  it('should not be answered when the client disconnects meanwhile', async () => {
    const counted = new Subject<number>();
    const countPrompt = vi.fn(() => firstValueFrom(counted));
    const simulator = await start({ countPrompt });
    const leaving = new AbortController();
    const headers = { authorization: 'Bearer any' };
    const answered = fetch(`${simulator.url}/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body()),
      signal: leaving.signal,
    });
    await vi.waitFor(() => {
      expect(countPrompt).toHaveBeenCalledOnce();
    });
    leaving.abort();
    await expect(answered).rejects.toThrow();
    await vi.waitFor(() => {
      expect(simulator.stats().connections.open).toBe(0);
    });
    counted.next(72);
    await vi.waitFor(() => {
      expect(simulator.stats().aborted).toBe(1);
    });
    expect(simulator.stats().models[MODEL]?.inFlight).toBe(0);
  });
});
