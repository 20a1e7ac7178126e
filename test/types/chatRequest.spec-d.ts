import { createGroq } from 'rxgroq';
import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { chatRequestSchema } from '../../src/rules/request/chatRequestSchema.ts';

/** What is read of a request. */
type Checked = z.infer<typeof chatRequestSchema>;

/** The names of its fields, without those of which nothing is known. */
type Known = keyof { [K in keyof Checked as string extends K ? never : K]: Checked[K] };

/** The same as the interface, in a form to which unknown fields may come. */
type Written = { [K in keyof ChatRequest]: ChatRequest[K] };

const messages = [{ role: 'user', content: 'Hi' }] as const;

describe('ChatRequest', () => {
  it('should be what its schema checks', () => {
    expectTypeOf<Known>().toEqualTypeOf<keyof ChatRequest>();
    expectTypeOf<Checked>().toExtend<ChatRequest>();
    expectTypeOf<Written>().toExtend<Checked>();
  });

  it('should refuse a field that is misspelt, and let one through that is spread in', () => {
    const groq = createGroq();
    // @ts-expect-error: the field is called temperature.
    void groq.chat({ messages, temprature: 1 });
    void groq.chat({ messages, ...{ newer_than_this_package: 1 } });
    void groq.chat({ messages, model: undefined, temperature: undefined, stop: null, stream: true });
    // @ts-expect-error: nobody has that role.
    void groq.chat({ messages: [{ role: 'bot', content: 'Hi' }] });
    // @ts-expect-error: a tool says which call it answers.
    void groq.chat({ messages: [{ role: 'tool', content: 'Hi' }] });
  });
});
