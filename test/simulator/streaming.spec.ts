import { describe, expect, it } from 'vitest';
import type { Token } from '../../src/model/Token.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { shared } from '../util/shared.ts';
import { type AnyChunk, type AnyUsage, ask, body, chunks, events, json, MODEL, open, readAll, spoken } from './ask.ts';
import { simulators } from './simulators.ts';

const TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 3 }, unit: { enum: ['C', 'F'] } },
      required: ['city'],
    },
  },
};

interface Whole {
  id: string;
  choices: [{ message: Record<string, unknown>; finish_reason: string }];
  usage: AnyUsage;
  x_groq: { id: string; seed: number };
  service_tier: string;
}

/** The names and types of the fields of a value, in order. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(skeleton);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.entries(value).map(([name, inner]) => [name, skeleton(inner)]);
}

describe('startSimulator, streaming', () => {
  const start = simulators();

  it('should frame a stream like Groq', async () => {
    const { url } = await start();
    const { status, headers, text } = await ask(url, { body: body({ stream: true }) });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'transfer-encoding': 'chunked',
      vary: 'Origin',
      'x-groq-region': expect.any(String) as string,
    });
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    expect(
      text
        .split('\n\n')
        .slice(0, -1)
        .every((event) => event.startsWith('data: ')),
    ).toBe(true);
    expect(events(text).at(-1)).toBe('[DONE]');
  });

  it('should begin with the role, and end with the finish reason and the usage, twice', async () => {
    const { url } = await start({ reply: () => 'Hello there!', countPrompt: () => 72, firstToken: 250 });
    const { headers, text } = await ask(url, { body: body({ stream: true, seed: 7 }) });
    const [first, ...rest] = chunks(text);
    const last = rest.at(-1);
    expect(first).toMatchObject({
      id: expect.stringMatching(
        /^chatcmpl-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ) as string,
      object: 'chat.completion.chunk',
      model: MODEL,
      system_fingerprint: expect.stringMatching(/^fp_[0-9a-f]{10}$/) as string,
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
      x_groq: { id: headers['x-request-id'], seed: 7 },
    });
    expect(rest.slice(0, -1).map((chunk) => chunk.choices[0]?.delta)).toEqual([
      { content: 'Hello' },
      { content: ' there' },
      { content: '!' },
    ]);
    const usage = {
      queue_time: 0.225,
      prompt_tokens: 72,
      prompt_time: 0.025,
      completion_tokens: 3,
      completion_time: 0,
      total_tokens: 75,
      total_time: 0.025,
    };
    expect(last).toMatchObject({
      choices: [{ delta: {}, finish_reason: 'stop' }],
      x_groq: { id: headers['x-request-id'], usage },
      usage,
    });
    expect(new Set([first, ...rest].map((chunk) => chunk?.id)).size).toBe(1);
  });

  it('should add a chunk with the usage when requested', async () => {
    const { url } = await start({ reply: () => 'Hello' });
    const without = chunks((await ask(url, { body: body({ stream: true }) })).text);
    expect(without.every(({ choices }) => choices.length === 1)).toBe(true);
    const reply = await ask(url, { body: body({ stream: true, stream_options: { include_usage: true } }) });
    const last = chunks(reply.text).at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toEqual(chunks(reply.text).at(-2)?.usage);
    expect(last?.service_tier).toBe('on_demand');
  });

  it('should emit reasoning first for gpt-oss, on the channel "analysis"', async () => {
    const { url } = await start();
    const all = chunks((await ask(url, { body: body({ stream: true }) })).text);
    const thoughts = all.filter(({ choices }) => choices[0]?.delta.reasoning !== undefined);
    const texts = all.filter(({ choices }) => (choices[0]?.delta.content ?? '') !== '');
    expect(thoughts.length).toBeGreaterThan(10);
    expect(thoughts.every(({ choices }) => choices[0]?.delta.channel === 'analysis')).toBe(true);
    expect(all.indexOf(thoughts.at(-1) as AnyChunk)).toBeLessThan(all.indexOf(texts[0] as AnyChunk));
    // In all recorded text streams, gpt-oss uses ten tokens around its reasoning and its text.
    expect(all.at(-1)?.usage).toMatchObject({
      completion_tokens: thoughts.length + texts.length + 10,
      completion_tokens_details: { reasoning_tokens: thoughts.length + 1 },
    });
  });

  it('should reason according to the requested effort', async () => {
    const { url } = await start();
    const thought = async (more: Record<string, unknown>) => {
      const reply = json(await ask(url, { body: body(more) })) as Whole;
      const { reasoning = '' } = reply.choices[0].message as { reasoning?: string };
      return { reasoning, tokens: reply.usage.completion_tokens_details?.reasoning_tokens };
    };
    const low = await thought({ reasoning_effort: 'low' });
    const high = await thought({ reasoning_effort: 'high' });
    expect(low.reasoning.length).toBeLessThan(high.reasoning.length);
    for (const hidden of [{ reasoning_format: 'hidden' }, { include_reasoning: false }]) {
      const { reasoning, tokens } = await thought(hidden);
      expect(reasoning).toBe('');
      expect(tokens).toBeGreaterThan(10);
    }
  });

  it('should write reasoning of qwen into the text, into a field when requested, or not at all', async () => {
    const { url } = await start();
    const model = 'qwen/qwen3.8-27b';
    const raw = spoken((await ask(url, { body: body({ model, stream: true }) })).text);
    expect(raw).toMatch(/^<think>\n[^<]+\n<\/think>\n\n\w/);
    const parsed = chunks((await ask(url, { body: body({ model, stream: true, reasoning_format: 'parsed' }) })).text);
    const thoughts = parsed.filter(({ choices }) => choices[0]?.delta.reasoning !== undefined);
    expect(thoughts.length).toBeGreaterThan(10);
    expect(thoughts.every(({ choices }) => choices[0]?.delta.channel === undefined)).toBe(true);
    const none = await ask(url, { body: body({ model, stream: true, reasoning_effort: 'none' }) });
    expect(none.text).not.toContain('reasoning');
    expect(spoken(none.text)).not.toContain('<think>');
  });

  it('should not write reasoning of qwen into JSON or before a tool call', async () => {
    const { url } = await start();
    const model = 'qwen/qwen3.8-27b';
    const schema = { type: 'object', properties: { a: { const: 1 } } };
    const response_format = { type: 'json_schema', json_schema: { name: 'a', schema } };
    const answered = json(await ask(url, { body: body({ model, response_format }) })) as Whole;
    const { content, reasoning } = answered.choices[0].message;
    expect(content).toBe('{"a":1}');
    expect(reasoning).toBeTypeOf('string');
    const called = await ask(url, { body: body({ model, stream: true, tools: [TOOL] }) });
    expect(spoken(called.text)).toBe('');
  });

  it('should emit a tool call in one chunk, with arguments that fit its schema', async () => {
    const { url } = await start();
    const all = chunks((await ask(url, { body: body({ stream: true, tools: [TOOL] }) })).text);
    const calls = all.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []) as {
      id: string;
      index: number;
      function: { name: string; arguments: string };
    }[];
    expect(calls).toHaveLength(1);
    expect(calls[0]?.id).toMatch(/^fc_[0-9a-f-]{36}$/);
    expect(calls[0]).toMatchObject({ index: 0, type: 'function', function: { name: 'get_weather' } });
    const { city, days, unit } = JSON.parse(calls[0]?.function.arguments ?? '') as Record<string, unknown>;
    expect(city).toBeTypeOf('string');
    expect(days).toBeGreaterThanOrEqual(3);
    expect(['C', 'F']).toContain(unit);
    expect(all.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('should leave out the content of a message with tool calls', async () => {
    const { url } = await start();
    const whole = json(await ask(url, { body: body({ tools: [TOOL], model: 'allam-2-7b' }) })) as Whole;
    const { message, finish_reason } = whole.choices[0];
    expect(finish_reason).toBe('tool_calls');
    expect(message).not.toHaveProperty('content');
    expect(message['tool_calls']).toMatchObject([{ id: expect.stringMatching(/^[a-z0-9]{9}$/) as string }]);
    const streamed = chunks(
      (await ask(url, { body: body({ tools: [TOOL], model: 'allam-2-7b', stream: true }) })).text,
    );
    expect(streamed[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: null });
  });

  it('should call the chosen tool, and none after its result', async () => {
    const { url } = await start();
    const other = { type: 'function', function: { name: 'other' } };
    const finish = async (more: Record<string, unknown>) => {
      const { choices } = json(await ask(url, { body: body({ tools: [TOOL, other], ...more }) })) as Whole;
      const [call] = (choices[0].message['tool_calls'] ?? []) as { function: { name: string } }[];
      return call?.function.name ?? choices[0].finish_reason;
    };
    expect(await finish({})).toBe('get_weather');
    expect(await finish({ tool_choice: { type: 'function', function: { name: 'other' } } })).toBe('other');
    expect(await finish({ tool_choice: 'none' })).toBe('stop');
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'tool', tool_call_id: 'a', content: '5' },
    ];
    expect(await finish({ messages })).toBe('stop');
    expect(await finish({ messages, tool_choice: 'required' })).toBe('get_weather');
  });

  it('should write JSON when requested', async () => {
    const { url } = await start();
    const content = async (response_format: unknown) => {
      const { choices } = json(
        await ask(url, { body: body({ response_format, messages: [{ role: 'user', content: 'As JSON.' }] }) }),
      ) as Whole;
      return JSON.parse(choices[0].message['content'] as string) as Record<string, unknown>;
    };
    expect(Object.keys(await content({ type: 'json_object' }))).toEqual(['answer']);
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
        inner: { anyOf: [{ type: 'object', properties: { ok: { type: 'boolean' } } }, { type: 'null' }] },
        kind: { const: 'a' },
        size: { type: ['number', 'null'] },
      },
    };
    expect(await content({ type: 'json_schema', json_schema: { name: 's', schema } })).toEqual({
      name: expect.any(String) as string,
      tags: [expect.any(String), expect.any(String)],
      inner: { ok: expect.any(Boolean) as boolean },
      kind: 'a',
      size: expect.any(Number) as number,
    });
  });

  it('should stop at max_completion_tokens', async () => {
    const { url } = await start();
    for (const [param, most] of [
      ['max_completion_tokens', 40],
      ['max_tokens', 40],
      ['max_completion_tokens', 1],
    ] as const) {
      const { usage, choices } = json(await ask(url, { body: body({ [param]: most }) })) as Whole;
      expect(choices[0].finish_reason).toBe('length');
      expect(usage.completion_tokens).toBe(most);
    }
    // As recorded: with 16 tokens, gpt-oss only reasons, with 14 tokens.
    const short = json(await ask(url, { body: body({ max_completion_tokens: 16 }) })) as Whole;
    expect(short.choices[0].message['content']).toBe('');
    expect(short.usage.completion_tokens_details).toEqual({ reasoning_tokens: 14 });
  });

  it('should answer with the configured reply', async () => {
    const reply: Token[] = [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes, ' },
      { type: 'text', text: 'certainly' },
      { type: 'tool-call', index: 0, id: 'a', name: 'f', arguments: '{}' },
      { type: 'tool-call', index: 1, id: 'b', name: 'g', arguments: '{"x":1}' },
    ];
    const { url } = await start({ reply: () => reply });
    const deltas = chunks((await ask(url, { body: body({ stream: true }) })).text).map(({ choices }) => choices[0]);
    expect(deltas.slice(1).map((choice) => choice?.delta)).toEqual([
      { reasoning: 'Hm.', channel: 'analysis' },
      { content: 'Yes, ' },
      { content: 'certainly' },
      { tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, index: 0 }] },
      { tool_calls: [{ id: 'b', type: 'function', function: { name: 'g', arguments: '{"x":1}' }, index: 1 }] },
      {},
    ]);
    expect(deltas.at(-1)?.finish_reason).toBe('tool_calls');
    const whole = json(await ask(url, { body: body() })) as Whole;
    expect(whole.choices[0].message).toMatchObject({ role: 'assistant', content: 'Yes, certainly', reasoning: 'Hm.' });
  });

  it('should report and charge the usage of a finish token', async () => {
    const usage = { prompt_tokens: 500, completion_tokens: 2_000, total_tokens: 2_500 };
    const simulator = await start({
      reply: () => [
        { type: 'text', text: 'x' },
        { type: 'finish', reason: 'content_filter', usage, id: '', model: '' },
      ],
    });
    const whole = json(await ask(simulator.url, { body: body({ max_completion_tokens: 50 }) })) as Whole;
    expect(whole.usage).toEqual(usage);
    expect(whole.choices[0].finish_reason).toBe('content_filter');
    const tpm = simulator.stats().models[MODEL]?.levels.find(({ dimension }) => dimension === 'tpm');
    expect(tpm?.level).toBeCloseTo(8_000 - 2_500, 6);
    expect(simulator.stats().tokens).toEqual({ prompt: 500, cached: 0, completion: 2_000 });
  });

  it('should wait for a client that does not read, and lose nothing', async () => {
    const part = 'x'.repeat(1_000_000);
    const reply: Token[] = Array.from({ length: 20 }, () => ({ type: 'text', text: part }));
    const { url } = await start({ reply: () => reply, tokensPerSecond: 10 });
    const { received } = await open(url, { body: body({ stream: true }) });
    const text = await readAll(received);
    expect(spoken(text)).toBe(part.repeat(20));
    expect(events(text).at(-1)).toBe('[DONE]');
  });

  it('should use the system clock by default', async () => {
    const simulator = await startSimulator({ speed: 1_000, reply: () => 'one two three', tokensPerSecond: 2 });
    const { text } = await ask(simulator.url, { body: body({ stream: true }) });
    expect(spoken(text)).toBe('one two three');
    expect(simulator.stats().now).toBeGreaterThanOrEqual(1_600);
    await simulator.close();
  });

  it('should support an answer without tokens', async () => {
    const { url } = await start({ reply: () => '' });
    const all = chunks((await ask(url, { body: body({ stream: true }) })).text);
    expect(all.map(({ choices }) => choices[0]?.delta)).toEqual([{ role: 'assistant', content: '' }, {}]);
    const whole = json(await ask(url, { body: body() })) as Whole;
    expect(whole.choices[0].message).toEqual({ role: 'assistant', content: '' });
    expect(whole.usage.completion_tokens).toBe(0);
  });

  it('should keep every character of a text', async () => {
    const reply = 'Grüße, 世界! 👩‍👩‍👧 a  b\n\n\tx = "1.5e3"; don\u2019t\u2028 stop ';
    const { url } = await start({ reply: () => reply });
    expect(spoken((await ask(url, { body: body({ stream: true }) })).text)).toBe(reply);
    const whole = json(await ask(url, { body: body() })) as Whole;
    expect(whole.choices[0].message['content']).toBe(reply);
  });

  it('should give the same answer for the same question and seed, in any order', async () => {
    const question = (text: string) => ({ body: body({ messages: [{ role: 'user', content: text }], stream: true }) });
    const one = await start({ seed: 5 });
    const two = await start({ seed: 5 });
    const other = await start({ seed: 6 });
    const a = spoken((await ask(one.url, question('a'))).text);
    const b = spoken((await ask(one.url, question('b'))).text);
    expect(spoken((await ask(two.url, question('b'))).text)).toBe(b);
    expect(spoken((await ask(two.url, question('a'))).text)).toBe(a);
    expect(a).not.toBe(b);
    expect(spoken((await ask(other.url, question('a'))).text)).not.toBe(a);
    const seeded = { body: body({ messages: [{ role: 'user', content: 'a' }], stream: true, seed: 1 }) };
    expect(spoken((await ask(one.url, seeded)).text)).not.toBe(a);
  });

  it('should give the same ids for the same seed', async () => {
    const ids = async (seed: number) => {
      const { url } = await start({ seed });
      const { headers, text } = await ask(url, { body: body() });
      const { id, x_groq } = JSON.parse(text) as Whole;
      return [headers['x-request-id'], id, x_groq.id, x_groq.seed];
    };
    expect(await ids(3)).toEqual(await ids(3));
    expect(await ids(3)).not.toEqual(await ids(4));
  });

  it('should write the fields of a whole answer in the order of Groq', async () => {
    const { url } = await start();
    const { text, headers } = await ask(url, { body: body({ service_tier: 'auto' }) });
    expect(headers['cache-control']).toBe('private, max-age=0, no-store, no-cache, must-revalidate');
    const whole = JSON.parse(text) as Whole;
    expect(Object.keys(whole)).toEqual(
      'id object created model choices usage usage_breakdown system_fingerprint x_groq service_tier'.split(' '),
    );
    expect(Object.entries(whole.choices[0])).toEqual([
      ['index', 0],
      ['message', expect.any(Object)],
      ['logprobs', null],
      ['finish_reason', 'stop'],
    ]);
    expect(Object.keys(whole.usage)).toEqual([
      'queue_time',
      'prompt_tokens',
      'prompt_time',
      'completion_tokens',
      'completion_time',
      'total_tokens',
      'total_time',
      'completion_tokens_details',
    ]);
    expect(whole.x_groq.id).toBe(headers['x-request-id']);
    expect(whole.service_tier).toBe('on_demand');
  });
});

describe('startSimulator, compared with a recorded stream', () => {
  const start = simulators();

  /** The different skeletons of chunks, in the order of first appearance. */
  const kinds = (all: AnyChunk[]): string[] => [...new Set(all.map((chunk) => JSON.stringify(skeleton(chunk))))];
  // Since 2026 the first chunk also has the seed.
  const withoutSeed = (all: AnyChunk[]): AnyChunk[] =>
    all.map((chunk) => {
      const { x_groq, ...rest } = chunk;
      return x_groq?.seed === undefined ? chunk : { ...rest, x_groq: { id: x_groq.id } };
    });

  for (const [file, more] of [
    ['openai_gpt_oss_20b-streaming@30cf91e.json', {}],
    ['openai_gpt_oss_20b-object_streaming@60bfb72.json', { tools: [TOOL], tool_choice: 'required' }],
  ] as const) {
    shared(`recordings/req_llm/${file}`, (text) => {
      it('should emit the same kinds of chunks', async () => {
        const { response } = JSON.parse(text) as { response: { sse: string } };
        const { url } = await start();
        const request = body({ stream: true, stream_options: { include_usage: true }, ...more });
        const reply = await ask(url, { body: request });
        expect(kinds(withoutSeed(chunks(reply.text)))).toEqual(kinds(chunks(response.sse)));
      });
    });
  }
});
