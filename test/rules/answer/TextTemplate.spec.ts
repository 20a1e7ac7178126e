import { describe, expect, it } from 'vitest';
import { parseChunk } from '../../../src/rules/answer/parseChunk.ts';
import { TextTemplate } from '../../../src/rules/answer/TextTemplate.ts';

const chunk = (delta: object, rest: object = {}): string =>
  JSON.stringify({ model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...rest }] });

const templateOf = (data: string): TextTemplate | undefined => TextTemplate.of(data, parseChunk(data));

const readBytes = (template: TextTemplate | undefined, bytes: Buffer, position = 0): string | undefined =>
  template?.read(bytes, new DataView(bytes.buffer), position);

const read = (template: TextTemplate | undefined, text: string, position = 0): string | undefined =>
  readBytes(template, Buffer.from(text), position);

describe('TextTemplate', () => {
  it.each([
    ['text', 'plain', 'content'],
    ['text', '', 'content'],
    ['text', ' a text of more than a few characters', 'content'],
    ['text', '"\\\n\u0000😀é\u2028', 'content'],
    ['reasoning', 'why', 'reasoning'],
  ] as const)('should find %s: %j', (type, text, key) => {
    const template = templateOf(chunk({ [key]: 'x', channel: 'analysis' }));
    const event = `data: ${chunk({ [key]: text, channel: 'analysis' })}\n\n`;
    expect([template?.type, read(template, event)]).toEqual([type, text]);
    expect(template?.end).toBe(Buffer.byteLength(event));
    expect([read(template, event + event, event.length), read(template, event, 1)]).toEqual(
      Buffer.byteLength(event) === event.length ? [text, undefined] : [undefined, undefined],
    );
  });

  it('should not read beyond the end of the bytes', () => {
    const template = templateOf(chunk({ content: 'x' }));
    const bytes = Buffer.from(`data: ${chunk({ content: 'y' })}\n\n`);
    expect(readBytes(template, bytes)).toBe('y');
    for (let end = 0; end < bytes.length; end++) expect(readBytes(template, bytes.subarray(0, end))).toBe(undefined);
    expect(readBytes(template, Buffer.concat([Buffer.from('z'), bytes]).subarray(1))).toBe('y');
  });

  it('should cover an event that differs only in its text', () => {
    const template = templateOf(chunk({ content: 'x', channel: 'analysis' }));
    const covers = (delta: object, rest?: object) => template?.covers(chunk(delta, rest));
    for (const content of ['y', '', 'é😀', ' a text of more than a few characters']) {
      expect(covers({ content, channel: 'analysis' })).toBe(true);
    }
    expect(covers({ content: 'x', channel: 'final' })).toBe(false);
    expect(covers({ content: 'x', channel: 'analysis' }, { finish_reason: 'stop' })).toBe(false);
    expect(covers({ reasoning: 'x', channel: 'analysis' })).toBe(false);
    // A text with escapes is left to the parser.
    expect(covers({ content: '"', channel: 'analysis' })).toBe(false);
    expect([template?.covers(''), template?.covers('{')]).toEqual([false, false]);
  });

  it('should not cover an event that differs before the text', () => {
    const data = chunk({ content: 'x' });
    const template = templateOf(data);
    expect(template?.covers(data)).toBe(true);
    expect(template?.covers(data.replace('"m"', '"n"'))).toBe(false);
  });

  it.each(['a "word"', '"', '\\', 'ends with \\', '\\"'])(
    'should be learned from an event whose text is %j',
    (text) => {
      const template = templateOf(chunk({ content: text }));
      for (const other of [text, 'y']) {
        expect(read(template, `data: ${chunk({ content: other })}\n\n`)).toBe(other);
      }
    },
  );

  it('should be learned from an event with any printable ASCII around the text', () => {
    const data = chunk({ content: 'x' }).replace('"m"', '"~ }"');
    expect(read(templateOf(data), `data: ${data}\n\n`)).toBe('x');
    expect(templateOf(data.replace('~', '\u007f'))).toBe(undefined);
  });

  it('should not fit an event that differs elsewhere, is incomplete or is not JSON', () => {
    const template = templateOf(chunk({ content: 'x' }));
    const event = `data: ${chunk({ content: 'y' })}\n\n`;
    expect(read(template, event)).toBe('y');
    for (let i = 1; i <= event.length; i++) expect(read(template, event.slice(0, -i))).toBe(undefined);
    for (const [from, to] of [
      ['m', 'n'],
      ['data: ', 'data:'],
      ['null', '"stop"'],
      ['y', '\t'],
      ['y', '"'],
      ['y', '\\'],
      ['y', '\\x'],
      ['y', 'y","content":"z'],
    ] as const) {
      expect(read(template, event.replace(from, to))).toBe(undefined);
    }
  });

  it('should be learned from an event with an empty finish reason', () => {
    expect(templateOf(chunk({ content: 'a' }, { finish_reason: '' }))).toBeDefined();
  });

  it.each([
    ['no text', chunk({ content: '' })],
    ['nothing', chunk({})],
    ['text and reasoning', chunk({ content: 'a', reasoning: 'b' })],
    ['a tool call', chunk({ content: 'a', tool_calls: [] })],
    ['an end', chunk({ content: 'a' }, { finish_reason: 'stop' })],
    ['another choice', chunk({ content: 'a' }, { index: 1 })],
    ['two choices', '{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1}]}'],
    ['text twice', '{"choices":[{"index":0,"delta":{"content":"b","content":"a"}}]}'],
    ['text elsewhere', '{"x":{"content":"b"},"choices":[{"index":0,"delta":{"content":"a"}}]}'],
    ['blanks', '{"choices":[{"index":0,"delta":{"content": "a"}}]}'],
    ['what is no ASCII', chunk({ content: 'a' }).replace('m', 'é')],
    ['what is looked for', chunk({ content: 'a' }).replace('m', 'rxgroq?')],
  ])('should not be learned from an event with %s', (_, data) => {
    expect(templateOf(data)).toBe(undefined);
  });
});
