import { describe, expect, it } from 'vitest';
import { chatRequestSchema, strictChatRequestSchema } from '../../../src/rules/request/chatRequestSchema.ts';

const request = { model: 'm', messages: [{ role: 'user', content: 'Why?' }] };

const tool = { type: 'function', function: { name: 'f', parameters: {}, strict: true } };
const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };

/** Fields with values that Groq's reference allows, and with values that it does not. */
const DOCUMENTED: readonly (readonly [field: string, allowed: readonly unknown[], refused: readonly unknown[]])[] = [
  ['max_completion_tokens', [1, 131_072, null], [0, -1, 1.5, '1']],
  ['max_tokens', [1, 131_072, null], [0, -1, 1.5, '1']],
  ['temperature', [0, 2, null], [-0.1, 2.1, '1']],
  ['top_p', [0, 1, null], [-0.1, 1.1, '1']],
  ['seed', [0, -1, null], [1.5, '1']],
  ['stop', ['x', [], ['a', 'b', 'c', 'd'], null], [['a', 'b', 'c', 'd', 'e'], [1], 1]],
  ['n', [1, null], [0, 2]],
  ['tools', [[], Array(128).fill(tool), [{ type: 'browser_search' }], null], [Array(129).fill(tool), [{}], tool]],
  ['tool_choice', ['none', 'auto', 'required', { type: 'function', function: { name: 'f' } }, null], ['any', {}]],
  ['parallel_tool_calls', [true, false, null], ['true']],
  ['reasoning_effort', ['none', 'default', 'low', 'medium', 'high', null], ['huge', '']],
  ['reasoning_format', ['hidden', 'raw', 'parsed', null], ['visible', '']],
  ['include_reasoning', [true, false, null], ['true']],
  ['service_tier', ['auto', 'on_demand', 'flex', 'performance', null], ['default', '']],
  ['user', ['somebody', null], [1]],
  [
    'response_format',
    [
      { type: 'text' },
      { type: 'json_object' },
      { type: 'json_schema', json_schema: { name: 'x', description: 'y', schema: {}, strict: true } },
      null,
    ],
    [{ type: 'xml' }, { type: 'json_schema' }, { type: 'json_schema', json_schema: { name: 'x', strict: 'yes' } }],
  ],
];

/** Fields that Groq documents, and whose values it checks itself. */
const UNCHECKED = [
  ...['citation_options', 'compound_custom', 'disable_tool_validation', 'documents', 'frequency_penalty'],
  ...['logit_bias', 'logprobs', 'metadata', 'presence_penalty', 'search_settings', 'store', 'stream'],
  ...['stream_options', 'top_logprobs'],
];

const DEPRECATED = ['functions', 'function_call', 'include_domains', 'exclude_domains'];

const MESSAGES: readonly (readonly [what: string, message: object])[] = [
  ['instructions', { role: 'system', content: 'x', name: 'y' }],
  ['instructions by their other name', { role: 'developer', content: [{ type: 'text', text: 'x' }] }],
  [
    'a message with a picture and a document',
    {
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'image_url', image_url: { url: 'https://example.test/a.png', detail: 'low' } },
        { type: 'document', document: { id: 'a', data: {} } },
      ],
    },
  ],
  ['an answer', { role: 'assistant', content: null, reasoning: 'x', tool_calls: [call], name: 'y' }],
  ['an answer without text', { role: 'assistant', tool_calls: [call] }],
  ['an answer of old', { role: 'assistant', function_call: { name: 'f', arguments: '{}' } }],
  ['the result of a tool', { role: 'tool', content: 'x', tool_call_id: 'a' }],
  ['the result of a function', { role: 'function', content: null, name: 'f' }],
];

const accepts = (value: object): boolean => chatRequestSchema.safeParse(value).success;
const acceptsStrictly = (value: object): boolean => strictChatRequestSchema.safeParse(value).success;

describe('chatRequestSchema', () => {
  it.each(DOCUMENTED)('should accept the values of %s that Groq does, and no others', (field, allowed, refused) => {
    for (const value of allowed) {
      expect(accepts({ ...request, [field]: value }), JSON.stringify(value)).toBe(true);
      expect(acceptsStrictly({ ...request, [field]: value }), JSON.stringify(value)).toBe(true);
    }
    for (const value of refused) expect(accepts({ ...request, [field]: value }), JSON.stringify(value)).toBe(false);
  });

  it.each(UNCHECKED)('should leave the values of %s to Groq', (field) => {
    for (const value of [1, 'x', [], {}, true]) expect(acceptsStrictly({ ...request, [field]: value })).toBe(true);
  });

  it.each(DEPRECATED)('should accept %s, which is deprecated', (field) => {
    expect([accepts({ ...request, [field]: [] }), acceptsStrictly({ ...request, [field]: [] })]).toEqual([true, true]);
  });

  it('should accept fields that are newer than this package, but not as Groq', () => {
    expect([accepts({ ...request, tomorrow: 1 }), acceptsStrictly({ ...request, tomorrow: 1 })]).toEqual([true, false]);
  });

  it.each(MESSAGES)('should accept %s, but with no other property', (_, message) => {
    expect(accepts({ ...request, messages: [message] })).toBe(true);
    for (const property of ['id', 'status', 'timestamp', 'reasoning_content']) {
      expect(accepts({ ...request, messages: [{ ...message, [property]: 'x' }] }), property).toBe(false);
    }
  });
});
