import { describe, expect, it } from 'vitest';
import type { ChatRequest, Message, Tool } from '../../../src/model/ChatRequest.ts';
import { countChatTemplate, hasChatTemplate } from '../../../src/rules/counting/chatTemplate.ts';
import { o200k } from './o200k.ts';
import { isPlain, tokenCases } from './tokenCases.ts';

const model = 'openai/gpt-oss-20b';
const user: Message = { role: 'user', content: 'hi' };
const system: Message = { role: 'system', content: 'Be brief.' };
const weather: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Tells the weather.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const call: Message = {
  role: 'assistant',
  tool_calls: [{ id: 'fc_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Ulm"}' } }],
};

const sunny: Message = { role: 'tool', tool_call_id: 'fc_1', content: 'sunny' };

const count = (messages: Message[], rest: Partial<ChatRequest> = {}) =>
  countChatTemplate({ model, messages, ...rest }, o200k);
const tokens = (...messages: Message[]): number => count(messages).tokens;

describe('countChatTemplate', () => {
  it('should count one message as Groq does', () => {
    expect(count([user])).toEqual({ tokens: 72, bound: 72, exact: true });
  });

  it('should put instructions into the developer message, from either role', () => {
    const instructions = o200k('# Instructions\n\nBe brief.');
    expect(count([system, user])).toEqual({ tokens: 72 + instructions, bound: 72 + instructions, exact: true });
    expect(tokens({ role: 'developer', content: 'Be brief.' }, user)).toBe(72 + instructions);
  });

  it('should add four tokens for a message and two for the channel of an answer', () => {
    const answer: Message = { role: 'assistant', content: 'hello' };
    expect(tokens(user, answer, user) - tokens(user)).toBe(4 + 2 + 1 + 4 + 1);
    expect(count([user, answer, user]).exact).toBe(true);
  });

  it.each(['low', 'medium', 'high'] as const)('should count the same with %s effort', (reasoning_effort) => {
    expect(count([user], { reasoning_effort })).toEqual(count([user]));
  });

  it('should count a list of one text like the text', () => {
    expect(count([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }])).toEqual(count([user]));
  });

  it('should count a call and its result', () => {
    const declared = { tools: [weather] };
    const pair = count([user, call, sunny], declared).tokens - count([user], declared).tokens;
    const content = [' to=functions.get_weather', '{"city":"Ulm"}', 'functions.get_weather', 'sunny'].map(o200k);
    expect(pair).toBe(8 + 3 + content.reduce((sum, each) => sum + each));
    expect(tokens(user, call, sunny) - tokens(user)).toBe(pair + 1);
  });

  it('should count the description of the response format', () => {
    const json_schema = { name: 'City', description: 'A city.', schema: { type: 'object' } };
    const section = '# Response Formats\n\n## City\n\n// A city.\n{"type":"object"}';
    const instructions = tokens(system, user);
    expect(count([user], { response_format: { type: 'text' } })).toEqual(count([user]));
    expect(count([user], { response_format: { type: 'json_object' } }).tokens).toBe(72 + 28 + 13);
    expect(count([system, user], { response_format: { type: 'json_object' } }).tokens).toBe(instructions + 28);
    expect(count([user], { response_format: { type: 'json_schema', json_schema } }).tokens).toBe(
      72 + 38 + 13 + o200k(section),
    );
  });

  it('should count the functions, and the mention of their channel', () => {
    const section = [
      '# Tools\n\n## functions\n\nnamespace functions {\n\n',
      '// Tells the weather.\ntype get_weather = (_: {\ncity: string,\n}) => any;\n\n',
      '} // namespace functions',
    ].join('');
    expect(count([user], { tools: [weather] }).tokens).toBe(72 + 14 + o200k(section));
    expect(count([system, user], { tools: [weather] }).tokens).toBe(
      72 + 14 + o200k(`# Instructions\n\nBe brief.\n\n${section}`),
    );
  });

  it('should leave out text beside a tool call, but allow for it in the bound', () => {
    const silent = count([user, call, sunny], { tools: [weather] });
    const chatty = count([user, { ...call, content: 'Let me see.' }, sunny], { tools: [weather] });
    expect(chatty.tokens).toBe(silent.tokens);
    expect(chatty.bound - silent.bound).toBe(4 + 2 + o200k('Let me see.'));
  });

  it('should count function calls of the older API like tool calls', () => {
    const function_call = { name: 'get_weather', arguments: '{"city":"Ulm"}' };
    const result: Message = { role: 'function', name: 'get_weather', content: 'sunny' };
    const before = count([user, { role: 'assistant', function_call }, result]);
    expect(before).toEqual(count([user, call, sunny]));
  });

  it('should allow for more tokens by the length of arguments and results', () => {
    const slack = (...messages: Message[]): number => count(messages).bound - count(messages).tokens;
    expect(slack(user, call)).toBe(4 + 2);
    expect(slack(user, { ...call, content: null })).toBe(4 + 2);
    expect(slack(user, call, sunny)).toBe(4 + 2 + 4);
  });

  it('should leave out reasoning, but allow for it in the bound', () => {
    const answer: Message = { role: 'assistant', content: 'hello' };
    const thought = count([user, { ...answer, reasoning: 'They say hi.' }, user]);
    expect(thought.tokens).toBe(tokens(user, answer, user));
    expect(thought.bound - thought.tokens).toBe(4 + 2 + o200k('They say hi.'));
  });

  it('should count documents beside the messages, and a quarter more in the bound', () => {
    const documents = [{ source: { type: 'text', text: 'one two three four five six seven' } }];
    const json = o200k(JSON.stringify(documents));
    const counted = count([user], { documents });
    expect(counted).toEqual({ tokens: 72 + json, bound: 72 + json + Math.ceil(json / 4) + 64, exact: false });
    expect(count([user], { documents: null })).toEqual({ tokens: 72, bound: 72, exact: true });
  });

  it('should take the function of a result from the id of its call', () => {
    const result = (id: string): Message => ({ role: 'tool', tool_call_id: id, content: 'sunny' });
    const known = count([user, call, result('fc_1')]).tokens;
    expect(known - count([user, call, result('fc_2')]).tokens).toBe(
      o200k('functions.get_weather') - o200k('functions.'),
    );
  });

  it.each<[string, Message[], Partial<ChatRequest>]>([
    ['functions', [user], { tools: [weather] }],
    ['tools of Groq', [user], { tools: [{ type: 'browser_search' }] }],
    ['calls', [user, call], {}],
    ['a JSON object', [user], { response_format: { type: 'json_object' } }],
    ['a JSON schema', [user], { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } } }],
    ['an image', [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.b/c' } }] }], {}],
    ['a document', [{ role: 'user', content: [{ type: 'document', document: { data: { a: 1 } } }] }], {}],
    ['documents beside the messages', [user], { documents: [{ source: { type: 'text', text: 'a b c' } }] }],
    ['a name', [{ ...user, name: 'Ann' }], {}],
    ['reasoning', [user, { role: 'assistant', content: 'a', reasoning: 'b' }, user], {}],
    ['instructions in two places', [system, user, system], {}],
    ['instructions at the end', [user, system], {}],
    [
      'several texts',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ],
      {},
    ],
  ])('should not be exact with %s', (_what, messages, rest) => {
    const { tokens: guess, bound, exact } = count(messages, rest);
    expect(exact).toBe(false);
    expect(bound).toBeGreaterThan(guess);
    expect(guess).toBeGreaterThanOrEqual(72);
  });

  it('should not count functions that must not be called, but allow for them in the bound', () => {
    const hidden = count([user], { tools: [weather], tool_choice: 'none' });
    expect(hidden.tokens).toBe(72);
    expect(hidden.bound).toBeGreaterThanOrEqual(count([user], { tools: [weather] }).tokens);
  });

  it('should allow in the bound for either way of writing closed objects', () => {
    const closed: Tool = {
      type: 'function',
      function: { name: 'now', parameters: { type: 'object', properties: {}, additionalProperties: false } },
    };
    const request: ChatRequest = { model, messages: [user], tools: [closed, closed] };
    const [without, mentioned] = [0, 6].map((closedObjectTokens) =>
      countChatTemplate(request, o200k, { closedObjectTokens }),
    );
    expect((mentioned?.tokens ?? 0) - (without?.tokens ?? 0)).toBe(12);
    expect(mentioned?.bound).toBe(without?.bound);
  });

  it('should allow in the bound for the whole JSON of unknown schemas', () => {
    const parameters = { type: 'object', properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] } } };
    const odd: Tool = { type: 'function', function: { name: 'f', parameters } };
    expect(count([user], { tools: [odd] }).bound).toBeGreaterThan(72 + o200k(JSON.stringify(odd)));
  });
});

describe('hasChatTemplate', () => {
  it('should be true only for the models of OpenAI', () => {
    expect(['openai/gpt-oss-20b', 'openai/gpt-oss-120b', 'openai/gpt-oss-safeguard-20b'].every(hasChatTemplate)).toBe(
      true,
    );
    expect(['qwen/qwen3.8-27b', 'llama-3.3-70b-versatile', 'whisper-large-v3'].some(hasChatTemplate)).toBe(false);
  });
});

const recorded = tokenCases.filter((request) => hasChatTemplate(request.model));

describe.skipIf(recorded.length === 0)('countChatTemplate, on recorded requests', () => {
  const counted = recorded.map((request) => ({ request, ...countChatTemplate(request, o200k) }));
  const plain = counted.filter(({ request }) => isPlain(request));
  const others = counted.filter(({ request }) => !isPlain(request));

  it('should be exact in every plain, system and multi-turn request, and say so', () => {
    expect(plain.length).toBeGreaterThanOrEqual(12);
    expect(plain.filter(({ request, exact, tokens: ours }) => !exact || ours !== request.prompt_tokens)).toEqual([]);
  });

  it('should be within 2 % or 8 tokens in 95 % of those with tools or formats', () => {
    expect(others.length).toBeGreaterThanOrEqual(20);
    const close = others.filter(
      ({ request, tokens: ours }) =>
        Math.abs(ours - request.prompt_tokens) <= Math.max(8, 0.02 * request.prompt_tokens),
    );
    expect(close.length / others.length).toBeGreaterThanOrEqual(0.95);
  });

  it('should even be right in all of them', () => {
    expect(others.filter(({ request, tokens: ours }) => ours !== request.prompt_tokens)).toEqual([]);
  });

  it('should never exceed its bound, nor claim to be exact when it is wrong', () => {
    expect(counted.filter(({ request, bound }) => request.prompt_tokens > bound)).toEqual([]);
    expect(counted.filter(({ request, exact, tokens: ours }) => exact && ours !== request.prompt_tokens)).toEqual([]);
  });

  it('should have bounds of at most 1.5 times the reported tokens', () => {
    expect(counted.filter(({ request, bound }) => bound > 1.5 * request.prompt_tokens)).toEqual([]);
  });
});
