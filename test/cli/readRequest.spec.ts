import { describe, expect, it } from 'vitest';
import { readRequest } from '../../src/cli/readRequest.ts';

const messages = [{ role: 'user', content: 'hi' }];

describe('readRequest', () => {
  it.each(['Why?', '', '{ not JSON', '{"message": "no request"}', '[1]', '{}'])(
    'should take %j as a prompt',
    (text) => {
      expect(readRequest(text)).toEqual({
        request: { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: text }] },
        text,
      });
      expect(readRequest(text, 'm').request.model).toBe('m');
    },
  );

  it('should parse a request, with its own model unless another is given', () => {
    const body = { model: 'a', messages, temperature: 1 };
    expect(readRequest(` \n${JSON.stringify(body)}`)).toEqual({ request: body });
    expect(readRequest(JSON.stringify(body), 'b')).toEqual({ request: { ...body, model: 'b' } });
    expect(readRequest(JSON.stringify({ messages })).request.model).toBe('openai/gpt-oss-20b');
  });

  it('should report an invalid request', () => {
    expect(() => readRequest(JSON.stringify({ messages: [{ role: 'user' }] }))).toThrow(/messages\[0\]\.content/);
    expect(() => readRequest(JSON.stringify({ messages, model: 1 }))).toThrow(/model/);
  });
});
