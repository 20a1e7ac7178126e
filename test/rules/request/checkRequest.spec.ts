import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from '../../../src/rules/request/chatRequestSchema.ts';
import { checkRequest } from '../../../src/rules/request/checkRequest.ts';
import { isPlainRequest } from '../../../src/rules/request/isPlainRequest.ts';

const model = 'openai/gpt-oss-20b';
const messages = [{ role: 'user', content: 'Why?' }];

/** Values of wrong types, and values at the limits of validity. */
const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', 'text', true, [], {}, [''], [undefined], new Array(1), Number.NaN, Infinity),
  fc.constantFrom(-1, -0, 0, 0.5, 1, 1.000_001, 2, 2.1, 512, 1e15, 2 ** 53),
  fc.constantFrom('system', 'user', 'assistant', 'developer', 'tool', 'toString'),
);

const names = fc.constantFrom('role', 'content', 'name', 'reasoning', 'tool_calls', 'constructor', 'type');
const message = fc.oneof(
  { weight: 3, arbitrary: fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: fc.string() }) },
  { weight: 1, arbitrary: fc.dictionary(names, anything) },
  { weight: 1, arbitrary: anything },
);

const fields = fc.constantFrom(
  ...['max_completion_tokens', 'max_tokens', 'temperature', 'top_p', 'user', 'seed', 'stop', 'n', 'tools'],
  ...['stream', 'constructor', 'toString', 'hasOwnProperty', 'propertyIsEnumerable'],
);
const request = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(model) }, { weight: 1, arbitrary: anything }),
    fc.oneof({ weight: 6, arbitrary: fc.array(message, { maxLength: 3 }) }, { weight: 1, arbitrary: anything }),
    fc.dictionary(fields, anything, { maxKeys: 3 }),
  )
  .map(([model, messages, rest]): unknown => ({ model, messages, ...rest }));

describe('isPlainRequest', () => {
  it('should be true only for requests that the schema accepts', () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: request }, { weight: 1, arbitrary: anything }), (value) => {
        if (!isPlainRequest(value)) return;
        plain += 1;
        expect(chatRequestSchema.safeParse(value).success).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('should be true for common requests', () => {
    expect(isPlainRequest({ model, messages })).toBe(true);
    const conversation = ['system', 'user', 'assistant'].map((role) => ({ role, content: '' }));
    const numbers = { max_completion_tokens: 1, temperature: 2, top_p: 0 };
    expect(isPlainRequest({ messages: conversation, ...numbers, user: '', model })).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['a list', Object.assign([], { model, messages })],
    ['no model', { messages }],
    ['a model without a name', { model: '', messages }],
    ['no messages', { model }],
    ['an empty conversation', { model, messages: [] }],
    ['a message that is missing', { model, messages: new Array(1) }],
    ['a message of nobody', { model, messages: [{ content: 'x' }] }],
    ['a message that is a list', { model, messages: [Object.assign([], messages[0])] }],
    ['a message of parts', { model, messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }],
    ['a message with more to it', { model, messages: [{ role: 'user', content: 'x', name: 'y' }] }],
    ['a field that is not plain', { model, messages, tools: [] }],
    ['half a token', { model, messages, max_completion_tokens: 0.5 }],
    ['no token', { model, messages, max_completion_tokens: 0 }],
    ['too warm', { model, messages, temperature: 2.1 }],
    ['too cold', { model, messages, temperature: -0.1 }],
    ['more than all', { model, messages, top_p: 1.1 }],
    ['less than nothing', { model, messages, top_p: -0.1 }],
    ['no number', { model, messages, temperature: '1' }],
    ['no name', { model, messages, user: 7 }],
  ])('should leave it to the schema to check %s', (_, value) => {
    expect(isPlainRequest(value)).toBe(false);
  });
});

describe('checkRequest', () => {
  it('should return the same request, plain or not', () => {
    const plain = { model, messages };
    const other = { ...plain, tools: [{ type: 'function', function: { name: 'look' } }] };
    expect(checkRequest(plain)).toBe(plain);
    expect(checkRequest(other)).toBe(other);
  });

  it('should report an invalid request', () => {
    expect(() => checkRequest({ model, messages: [] })).toThrow('The request');
    expect(() => checkRequest({ model, messages: [] })).toThrow('messages');
  });
});
