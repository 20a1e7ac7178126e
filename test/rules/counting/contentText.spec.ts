import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/model/ChatRequest.ts';
import { contentParts, contentText } from '../../../src/rules/counting/contentText.ts';
import { Tally } from '../../../src/rules/counting/Tally.ts';

const count = (text: string): number => text.length;
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } } as const;
const document = (data?: unknown) => ({ type: 'document', document: { data } }) as const;

function take(content: Message['content']) {
  const tally = new Tally();
  return { text: contentText(content, tally, count), ...tally.total };
}

describe('contentParts', () => {
  it('should split content of any form into texts and attachments', () => {
    expect(contentParts('a')).toEqual({ texts: ['a'], attachments: [] });
    expect(contentParts(null)).toEqual({ texts: [], attachments: [] });
    expect(contentParts(undefined)).toEqual({ texts: [], attachments: [] });
    expect(contentParts([{ type: 'text', text: 'a' }, image])).toEqual({ texts: ['a'], attachments: [image] });
  });
});

describe('contentText', () => {
  it('should return a single text unchanged', () => {
    expect(take('a b')).toEqual({ text: 'a b', tokens: 0, bound: 0, exact: true });
    expect(take([{ type: 'text', text: 'a b' }])).toEqual({ text: 'a b', tokens: 0, bound: 0, exact: true });
  });

  it('should not be exact for several texts', () => {
    const several = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const;
    expect(take([...several])).toEqual({ text: 'ab', tokens: 0, bound: 4, exact: false });
  });

  it('should estimate images, and allow for large ones in the bound', () => {
    expect(take([image, image])).toEqual({ text: '', tokens: 4_096, bound: 5_000, exact: false });
  });

  it('should count the content of a document of any form', () => {
    expect(take([document('x'.repeat(100))])).toMatchObject({ tokens: 116, bound: 189, exact: false });
    expect(take([document({ a: 'x' })])).toMatchObject({ tokens: 9 + 16, exact: false });
    expect(take([document()])).toMatchObject({ tokens: 16, bound: 64, exact: false });
  });
});
