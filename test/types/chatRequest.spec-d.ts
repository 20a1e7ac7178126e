import { createGroq } from 'rxgroq';
import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { chatRequestSchema } from '../../src/rules/request/chatRequestSchema.ts';

/** The type that the schema accepts. */
type Checked = z.infer<typeof chatRequestSchema>;

/** The names of its known fields. */
type Known = keyof { [K in keyof Checked as string extends K ? never : K]: Checked[K] };

/** The same as the interface, in a form that allows unknown fields. */
type Written = { [K in keyof ChatRequest]: ChatRequest[K] };

const messages = [{ role: 'user', content: 'Hi' }] as const;

describe('ChatRequest', () => {
  it('should match its schema', () => {
    expectTypeOf<Known>().toEqualTypeOf<keyof ChatRequest>();
    expectTypeOf<Checked>().toExtend<ChatRequest>();
    expectTypeOf<Written>().toExtend<Checked>();
  });

  it('should refuse a misspelt field, but accept an unknown one that is spread in', () => {
    const groq = createGroq();
    // @ts-expect-error: the field is called temperature.
    void groq.chat({ messages, temprature: 1 });
    void groq.chat({ messages, ...{ newer_than_this_package: 1 } });
    void groq.chat({ messages, model: undefined, temperature: undefined, stop: null, stream: true });
    // @ts-expect-error: there is no such role.
    void groq.chat({ messages: [{ role: 'bot', content: 'Hi' }] });
    // @ts-expect-error: a tool message needs the id of its call.
    void groq.chat({ messages: [{ role: 'tool', content: 'Hi' }] });
  });
});
