import type { ChatInput } from '../../index.ts';
import type { Message } from '../../model/ChatRequest.ts';

/** A small request whose prompt is counted and compared. */
export interface VerifyCase {
  readonly name: string;
  readonly body: ChatInput;
}

const user = (content: string): Message => ({ role: 'user', content });
const system: Message = { role: 'system', content: 'You are terse.' };

/** One for each part of the template that can be asked for with a few tokens. */
export const CASES: readonly VerifyCase[] = [
  { name: 'one word', body: { messages: [user('Hi')] } },
  { name: 'a sentence', body: { messages: [user('Name the largest planet, in one word.')] } },
  { name: 'many scripts', body: { messages: [user('Grüße, привет, 你好, مرحبا, 👋🏽! Reply with: ok')] } },
  { name: 'instructions', body: { messages: [system, user('Say ok.')] } },
  {
    name: 'several turns',
    body: { messages: [system, user('Say one.'), { role: 'assistant', content: 'one' }, user('Say two.')] },
  },
  {
    name: 'a tool',
    body: {
      messages: [user('Say ok.')],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Tells the weather of a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          },
        },
      ],
    },
  },
];

/** How long an answer may be, in tokens: enough for a thought and a word. */
export const MAX_COMPLETION_TOKENS = 64;
