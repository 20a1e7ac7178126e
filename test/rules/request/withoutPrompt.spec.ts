import { describe, expect, it, vi } from 'vitest';
import type { ChatInput, Message } from '../../../src/model/ChatRequest.ts';
import { withoutPrompt } from '../../../src/rules/request/withoutPrompt.ts';

const SAID = 'What is "secret"\nabout me?';

const without = (text: string, ...messages: Message[]) => withoutPrompt({ messages })(text);

describe('withoutPrompt', () => {
  it('should redact the text of a message wherever it is repeated', () => {
    expect(without(`No: ${SAID}. No: ${SAID}`, { role: 'user', content: SAID })).toBe('No: …. No: …');
  });

  it('should redact a text also as a JSON string', () => {
    expect(without(`No: ${JSON.stringify({ content: SAID })}`, { role: 'user', content: SAID })).toBe(
      'No: {"content":"…"}',
    );
  });

  it('should redact the texts of parts, and of messages of any role', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.test/' } } as const;
    expect(
      without(
        `${SAID} You are a friendly helper. ${SAID}`,
        { role: 'system', content: 'You are a friendly helper.' },
        { role: 'user', content: [image, { type: 'text', text: SAID }] },
      ),
    ).toBe('… … …');
  });

  it('should redact a text that is cut off, and each of two that begin alike in full', () => {
    const long = `${SAID} ${'x'.repeat(5_000)}`;
    expect(without(`No: ${long}`.slice(0, 4_096), { role: 'user', content: long })).toBe('No: …');
    expect(without(`No: ${JSON.stringify(long)}`.slice(0, 30), { role: 'user', content: long })).toBe('No: "…');
    expect(
      without(
        `${SAID} A. ${SAID} B. ${SAID}`,
        { role: 'user', content: `${SAID} A` },
        { role: 'user', content: `${SAID} B` },
      ),
    ).toBe('…. …. …');
  });

  const withTools: ChatInput = {
    messages: [
      {
        role: 'user',
        name: 'the name of somebody',
        content: [{ type: 'document', document: { data: { a: ['what a document says'] } } }],
      },
      {
        role: 'assistant',
        reasoning: 'what was reasoned about',
        tool_calls: [
          {
            id: 'the id of a tool call',
            type: 'function',
            function: { name: 'a_function_with_a_name', arguments: '{"q":["what it was \\"called\\" with"]}' },
          },
          { id: 'i', type: 'function', function: { name: 'f', arguments: '{"q":"what is cut within' } },
        ],
      },
      { role: 'tool', tool_call_id: 'i', content: 'what a tool has given' },
    ],
    tools: [
      {
        type: 'function',
        function: {
          name: 'a_function_with_a_name',
          description: 'what a function is for',
          parameters: { properties: { a_property_with_a_name: { description: 'what a property is for' } } },
        },
      },
    ],
    documents: [{ source: { type: 'text', text: 'what another document says' } }],
    stop: ['where it is to stop'],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'a_schema_with_a_name', description: 'what a schema is for' },
    },
  };

  it.each([
    'the name of somebody',
    'what a document says',
    'what was reasoned about',
    '{"q":["what it was \\"called\\" with"]}',
    'what it was "called" with',
    '{"q":"what is cut within',
    'what a tool has given',
    'what a function is for',
    'what a property is for',
    'what another document says',
    'where it is to stop',
    'what a schema is for',
  ])('should redact other texts of the request: %s', (said) => {
    expect(withoutPrompt(withTools)(`No: ${said}.`)).toBe('No: ….');
    expect(withoutPrompt(withTools)(`No: ${JSON.stringify(said)}.`)).toBe('No: "…".');
  });

  it.each(['detail', 'id', 'role', 'type', 'name'])('should redact the value of a field named %s', (field) => {
    const said = 'nobody is to know this';
    const call = {
      id: 'call_1',
      type: 'function' as const,
      function: { name: 'f', arguments: JSON.stringify({ [field]: said }) },
    };
    expect(without(`No: ${said}.`, { role: 'assistant', tool_calls: [call] })).toBe('No: ….');
    const request = { messages: [], documents: [{ source: { type: 'json' as const, data: { [field]: said } } }] };
    expect(withoutPrompt(request)(`No: ${said}.`)).toBe('No: ….');
  });

  it('should redact a text that begins within another redacted one', () => {
    const earlier: Message = { role: 'user', content: 'Please summarize this: Paris is large.' };
    const parts = ['Please summarize this: ', 'Patient X was born in 1970.'];
    const later: Message = { role: 'user', content: parts.map((text) => ({ type: 'text', text })) };
    expect(without(`No: ${parts.join('')} No.`, earlier, later)).toBe('No: … No.');
  });

  it('should keep the names of functions and fields, ids of calls, and the model', () => {
    const text =
      'openai/gpt-oss-20b: a_function_with_a_name, a_property_with_a_name, a_schema_with_a_name, the id of a tool call';
    expect(withoutPrompt({ ...withTools, model: 'openai/gpt-oss-20b' })(text)).toBe(text);
  });

  it('should find the right text among many that begin alike', () => {
    const messages = Array.from({ length: 1_000 }, (_, i) => ({
      role: 'user' as const,
      content: `message number ${i} of many`,
    }));
    const text = messages.map(({ content }) => content).join('; ');
    expect(without(text, ...messages)).toBe(messages.map(() => '…').join('; '));
    expect(without('message number 1000 of none', ...messages)).toBe('…0 of none');
  });

  it('should read the request once, and handle cycles and deep nesting', () => {
    const content = vi.fn(() => SAID);
    const take = withoutPrompt({
      messages: [
        Object.defineProperty({ role: 'user' as const, content: '' }, 'content', { get: content, enumerable: true }),
      ],
    });
    expect([take(SAID), take(SAID), content.mock.calls.length]).toEqual(['…', '…', 1]);
    const circle: Record<string, unknown> = { said: SAID };
    circle['again'] = circle;
    const deep = { arguments: '['.repeat(100_000) + ']'.repeat(100_000), name: 'f' };
    const messages: Message[] = [{ role: 'assistant', function_call: deep }];
    expect(withoutPrompt({ messages, documents: [circle] })(SAID)).toBe('…');
  });

  it('should keep texts that are too short to be recognized', () => {
    const text = 'The model `m` does not exist.';
    expect(without(text, { role: 'user', content: 'model' }, { role: 'assistant', content: null })).toBe(text);
  });
});
