import { describe, expect, it } from 'vitest';
import { ask, body, json } from './ask.ts';
import { simulators } from './simulators.ts';

interface ErrorBody {
  error: { message: string; type: string; code?: string; param?: string };
}

/** Messages with this content. */
const asking = (content: unknown) => [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content },
];

describe('startSimulator, with invalid requests', () => {
  const start = simulators();

  const refused = async (payload: unknown, options: Parameters<typeof start>[0] = {}) => {
    const { url } = await start(options);
    const reply = await ask(url, { body: payload });
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['x-ratelimit-limit-tokens']).toBeUndefined();
    expect(reply.text.endsWith('}\n')).toBe(true);
    return { status: reply.status, ...(json(reply) as ErrorBody).error };
  };

  it.each([
    ['POST', '/chat/completions/chat/completions'],
    ['GET', '/chat/completions'],
    ['POST', '/models'],
    ['GET', '/models/'],
    ['OPTIONS', '/chat/completions'],
    ['GET', '//'],
    ['GET', '//x/openai/v1/models/openai/gpt-oss-20b'],
  ])('should answer 404 to %s %s', async (method, path) => {
    const { url } = await start();
    const reply = await ask(url, { method, path });
    const full = path.startsWith('//') ? path.slice(1) : `/openai/v1${path}`;
    expect(reply.status).toBe(404);
    expect(json(reply)).toEqual({
      error: {
        message: `Unknown request URL: ${method} ${full}. Please check the URL for typos, or see the docs at https://console.groq.com/docs/`,
        type: 'invalid_request_error',
        code: 'unknown_url',
      },
    });
  });

  it('should answer 404 to an unknown model, and to a retired one', async () => {
    for (const model of ['no-such-model', 'llama-3.3-70b-versatile', '__proto__', 'constructor']) {
      expect(await refused(body({ model }))).toEqual({
        status: 404,
        message: `The model \`${model}\` does not exist or you do not have access to it.`,
        type: 'invalid_request_error',
        code: 'model_not_found',
      });
    }
  });

  it('should report a retired model with `retiredAs`', async () => {
    const model = 'llama3-70b-8192';
    expect(await refused(body({ model }), { retiredAs: 'model_decommissioned' })).toEqual({
      status: 400,
      message:
        'The model `llama3-70b-8192` has been decommissioned and is no longer supported. Please refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.',
      type: 'invalid_request_error',
      code: 'model_decommissioned',
    });
    const unknown = await refused(body({ model: 'x' }), { retiredAs: 'model_decommissioned' });
    expect(unknown).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it.each(['', '{', 'null]', '{"model":'])('should refuse the broken JSON "%s"', async (text) => {
    expect(await refused(text)).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  const message = (more: object, role = 'user') => body({ messages: [{ role, content: 'x', ...more }] });

  it.each([
    [
      message({ timestamp: 1 }),
      "'messages.0' : for 'role:user' the following must be satisfied[('messages.0' : property 'timestamp' is unsupported)]",
    ],
    [
      message({ reasoning_content: 'x' }, 'assistant'),
      "'messages.0' : for 'role:assistant' the following must be satisfied[('messages.0' : property 'reasoning_content' is unsupported)]",
    ],
    [
      message({}, 'tool'),
      "'messages.0' : for 'role:tool' the following must be satisfied[('messages.0.tool_call_id' : property 'tool_call_id' is missing)]",
    ],
    [
      message({ content: 5 }, 'tool'),
      "'messages.0' : for 'role:tool' the following must be satisfied[('messages.0.content' : value must be a string) OR ('messages.0.content' : value must be an array)]",
    ],
    [
      message({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] }, 'assistant'),
      "'messages.0' : for 'role:assistant' the following must be satisfied[('messages.0.tool_calls.0.type' : property 'type' is missing)]",
    ],
    [message({ role: 'robot' }), "'messages.0' : discriminator property 'role' has invalid value"],
    [body({ messages: [] }), "'messages' : minimum number of items is 1"],
    [body({ messages: undefined }), "'messages' : property 'messages' is missing"],
    [body({ model: undefined }), "'model' : property 'model' is missing"],
    [body({ messages: 'x' }), "'messages' : value must be an array"],
    [body({ messages: [5] }), "'messages.0' : value must be an object"],
    [body({ n: 2 }), "'n' : number must be at most 1"],
    [body({ temperature: 5 }), "'temperature' : number must be at most 2"],
    [body({ top_p: -1 }), "'top_p' : number must be at least 0"],
    [body({ seed: 1.5 }), "'seed' : value must be an integer"],
    [body({ max_completion_tokens: 0 }), "'max_completion_tokens' : number must be more than 0"],
    [body({ stream: 'yes' }), "'stream' : value must be a boolean"],
    [
      body({ stop: ['a', 'b', 'c', 'd', 'e'] }),
      "'stop' : value must be a string OR 'stop' : maximum number of items is 4",
    ],
    [
      body({ reasoning_effort: 'huge' }),
      `'reasoning_effort' : value is not one of the allowed values ["none","default","low","medium","high"]`,
    ],
    [body({ priority: 'high' }), "property 'priority' is unsupported"],
    [
      body({ response_format: { type: 'json_object' } }),
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    ],
    [[], "'' : value must be an object"],
    ['"text"', "'' : value must be an object"],
  ])('should refuse %j', async (payload, text) => {
    expect(await refused(payload)).toEqual({ status: 400, message: text, type: 'invalid_request_error' });
  });

  it.each([
    ['what it knows and does not support yet', { user: 'u', metadata: { a: 'b' }, logprobs: true, store: false }],
    ['what it has deprecated', { functions: [], function_call: 'none', include_domains: [], exclude_domains: [] }],
    ['JSON where a message asks for it', { response_format: { type: 'json_object' }, messages: asking('As JSON.') }],
    [
      'JSON where a part of a message asks for it',
      { response_format: { type: 'json_object' }, messages: asking([{ type: 'text', text: 'In a json, please.' }]) },
    ],
  ])('should accept %s', async (_, more) => {
    const { url } = await start();
    expect((await ask(url, { body: body(more) })).status).toBe(200);
  });

  it('should refuse more completion tokens than the model can write', async () => {
    for (const param of ['max_completion_tokens', 'max_tokens']) {
      expect(await refused(body({ model: 'qwen/qwen3.8-27b', [param]: 16_385 }))).toEqual({
        status: 400,
        message: `\`${param}\` must be less than or equal to \`16384\`, the maximum value for \`${param}\` is less than the \`context_window\` for this model`,
        type: 'invalid_request_error',
        param,
      });
    }
  });

  it('should refuse features that a model lacks', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const guard = 'meta-llama/llama-prompt-guard-2-22m';
    expect(await refused(body({ model: guard, tools }))).toMatchObject({
      status: 400,
      message: '`tool calling` is not supported with this model',
    });
    expect(await refused(body({ model: 'allam-2-7b', reasoning_effort: 'low' }))).toMatchObject({
      message: '`reasoning_effort` is not supported with this model',
    });
    expect(await refused(body({ tools, response_format: { type: 'json_object' } }))).toMatchObject({
      message: 'json mode cannot be combined with tool/function calling',
      param: 'response_format',
    });
    const raw = { model: 'qwen/qwen3.8-27b', reasoning_format: 'raw' };
    const response_format = { type: 'json_schema', json_schema: { name: 'a' } };
    for (const structured of [{ tools }, { response_format }]) {
      expect(await refused(body({ ...raw, ...structured }))).toMatchObject({ status: 400, param: 'reasoning_format' });
    }
    expect(await refused(body({ model: 'whisper-large-v3' }))).toMatchObject({
      status: 400,
      message: 'The model `whisper-large-v3` does not support chat completions',
    });
  });

  it('should refuse a prompt that fills the context window', async () => {
    expect(await refused(body(), { countPrompt: () => 131_072, limits: false })).toEqual({
      status: 400,
      message: 'Please reduce the length of the messages or completion.',
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    });
  });

  it('should refuse a body that is too large, and continue', async () => {
    const { url } = await start();
    const reply = await ask(url, { body: ' '.repeat(33 * 1024 * 1024) });
    expect(reply.status).toBe(413);
    expect(json(reply)).toEqual({
      error: { message: 'Request Entity Too Large', type: 'invalid_request_error', code: 'request_too_large' },
    });
    expect((await ask(url, { body: body() })).status).toBe(200);
  });

  it('should report a failing function in its options, charge the prompt and continue', async () => {
    const replies: (() => string)[] = [
      () => {
        throw new Error('no idea');
      },
      () => [{ type: 'smell' }] as unknown as string,
      () => 'Fine',
    ];
    const simulator = await start({ reply: () => replies.shift()?.() ?? '', countPrompt: () => 10 });
    const failed = await ask(simulator.url, { body: body() });
    expect(failed.status).toBe(500);
    expect(json(failed)).toEqual({
      error: { message: 'Internal Server Error: no idea', type: 'internal_server_error' },
    });
    const nonsense = await ask(simulator.url, { body: body({ stream: true }) });
    expect(nonsense.status).toBe(500);
    expect(nonsense.text).toContain('the option reply must return a text or a list of tokens');
    expect((await ask(simulator.url, { body: body() })).status).toBe(200);
    expect(simulator.stats().tokens).toEqual({ prompt: 30, cached: 0, completion: 1 });
    expect(simulator.stats().models['openai/gpt-oss-20b']?.inFlight).toBe(0);
  });

  it('should count a request once that could not be answered as planned', async () => {
    const simulator = await start({ faults: [{ kind: 'status', status: 503, retryAfter: 'two\nlines' }] });
    expect((await ask(simulator.url, { body: body() })).status).toBe(500);
    expect(simulator.stats().byStatus).toEqual({ 500: 1 });
  });

  it('should report an invalid count or fault of its options', async () => {
    expect(await refused(body(), { countPrompt: () => Number.NaN })).toMatchObject({ status: 500 });
    expect(await refused(body(), { countCached: () => -1 })).toMatchObject({ status: 500 });
    const faults = () => ({ kind: 'meteor' }) as never;
    expect(await refused(body(), { faults })).toMatchObject({
      status: 500,
      message: expect.stringContaining(
        'What the option faults returns: `kind` must be one of "status", "cut", "reset", "stall", "error", got "meteor"',
      ) as string,
    });
  });
});
