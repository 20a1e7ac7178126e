import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/model/ChatRequest.ts';
import { withoutPrompt } from '../../../src/rules/request/withoutPrompt.ts';

const SAID = 'What is "secret"\nabout me?';

const without = (text: string, ...messages: Message[]) => withoutPrompt(text, { messages });

describe('withoutPrompt', () => {
  it('should leave out what a message says, wherever it is repeated', () => {
    expect(without(`No: ${SAID}. No: ${SAID}`, { role: 'user', content: SAID })).toBe('No: …. No: …');
  });

  it('should leave it out as a string of JSON too', () => {
    expect(without(`No: ${JSON.stringify({ content: SAID })}`, { role: 'user', content: SAID })).toBe(
      'No: {"content":"…"}',
    );
  });

  it('should leave out the texts of parts, and those of whoever speaks', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.test/' } } as const;
    expect(
      without(
        `${SAID} You are a friendly helper. ${SAID}`,
        { role: 'system', content: 'You are a friendly helper.' },
        { role: 'user', content: [image, { type: 'text', text: SAID }] },
      ),
    ).toBe('… … …');
  });

  it('should leave it out where it is cut, and the whole of each of two that begin alike', () => {
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

  it('should leave in what may stand there by chance, and what says nothing', () => {
    const text = 'The model `m` does not exist.';
    expect(without(text, { role: 'user', content: 'model' }, { role: 'assistant', content: null })).toBe(text);
  });
});
