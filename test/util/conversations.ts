import * as fc from 'fast-check';
import type { Message } from '../../src/model/ChatRequest.ts';

/**
 * Makes a conversation of letters: `s` and `d` for the system and the developer, `u` for the user, `a` for an answer,
 * `c` for a call and `r` for the result of the latest one. The text of each is its letter and its index.
 */
export function conversation(letters: string): Message[] {
  let call = '';
  return Array.from(letters, (letter, place): Message => {
    const content = `${letter}${place}`;
    switch (letter) {
      case 's':
        return { role: 'system', content };
      case 'd':
        return { role: 'developer', content };
      case 'u':
        return { role: 'user', content };
      case 'a':
        return { role: 'assistant', content };
      case 'c':
        call = content;
        return {
          role: 'assistant',
          tool_calls: [{ id: content, type: 'function', function: { name: 'f', arguments: '{}' } }],
        };
      default:
        return { role: 'tool', content, tool_call_id: call };
    }
  });
}

/** Any conversation, also a meaningless one. */
export const anyMessages = fc
  .array(
    fc.record({
      letter: fc.constantFrom('s', 'd', 'u', 'u', 'u', 'a', 'a', 'c', 'c', 'r', 'r', 'f', 'g'),
      id: fc.integer({ min: 0, max: 4 }),
      length: fc.nat(40),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drawn) =>
    drawn.map(({ letter, id, length }): Message => {
      const content = 'x'.repeat(length);
      const call = { name: `f${id}`, arguments: '{}' };
      switch (letter) {
        case 's':
          return { role: 'system', content };
        case 'd':
          return { role: 'developer', content };
        case 'u':
          return { role: 'user', content };
        case 'a':
          return { role: 'assistant', content };
        case 'c':
          return { role: 'assistant', content, tool_calls: [{ id: String(id), type: 'function', function: call }] };
        case 'f':
          return { role: 'assistant', content, function_call: call };
        case 'g':
          return { role: 'function', content, name: call.name };
        default:
          return { role: 'tool', content, tool_call_id: String(id) };
      }
    }),
  );
