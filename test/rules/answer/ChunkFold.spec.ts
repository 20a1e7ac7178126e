import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProtocolError } from '../../../src/errors/guards.ts';
import type { ChatCompletionChunk } from '../../../src/model/Chunk.ts';
import type { Token } from '../../../src/model/Token.ts';
import { MAX_ARGUMENTS } from '../../../src/rules/answer/bounds.ts';
import { ChunkFold } from '../../../src/rules/answer/ChunkFold.ts';

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

/** A chunk with this delta and other fields. */
const chunk = (delta: unknown, finish_reason: string | null = null, rest: object = {}): ChatCompletionChunk =>
  ({
    id: 'chatcmpl-1',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
    ...rest,
  }) as unknown as ChatCompletionChunk;

const call = (index: unknown, id?: string, name?: unknown, args?: unknown) => ({
  tool_calls: [{ index, id, function: { name, arguments: args } }],
});

/** A fold after some chunks, and the tokens that it emitted. */
const folded = (...chunks: ChatCompletionChunk[]): { tokens: Token[]; fold: ChunkFold } => {
  const tokens: Token[] = [];
  const fold = new ChunkFold({ next: (token) => tokens.push(token) });
  for (const each of chunks) fold.chunk(each);
  return { tokens, fold };
};

const finish = (reason: string, rest: object = {}) => ({
  type: 'finish',
  reason,
  id: 'chatcmpl-1',
  model: 'm',
  ...rest,
});

describe('ChunkFold', () => {
  it('should emit text and reasoning as they arrive, and the finish token when it is complete', () => {
    const { tokens, fold } = folded(
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning: 'Hm.', channel: 'analysis' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop', { usage }),
    );
    expect(tokens).toStrictEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      finish('stop', { usage }),
    ]);
    expect(fold.snapshot).toStrictEqual({ text: 'Hello', reasoning: 'Hm.', toolCalls: [], finish: tokens.at(-1) });
    expect([fold.started, fold.whole]).toEqual([true, true]);
  });

  it('should accept a single choice without an index', () => {
    const choices = [{ delta: { content: 'a' }, finish_reason: 'stop' }];
    const { tokens } = folded({ id: 'chatcmpl-1', model: 'm', choices, usage } as unknown as ChatCompletionChunk);
    expect(tokens).toEqual([{ type: 'text', text: 'a' }, finish('stop', { usage })]);
  });

  it('should wait for usage after the finish reason, or finish without it when ended', () => {
    const late = { id: 'chatcmpl-1', model: 'm', choices: [], usage } as unknown as ChatCompletionChunk;
    expect(folded(chunk({}, 'length'), late).tokens).toStrictEqual([finish('length', { usage })]);
    const { tokens, fold } = folded(chunk({}, 'length'));
    expect([tokens, fold.whole]).toEqual([[], true]);
    fold.end();
    fold.end();
    fold.chunk(chunk({ content: 'too late' }, 'stop', { usage }));
    expect(tokens).toStrictEqual([finish('length')]);
  });

  it('should use the reason "unknown" when there was none', () => {
    const { tokens, fold } = folded(chunk({ content: 'x' }));
    expect(fold.whole).toBe(false);
    fold.end();
    expect(tokens.at(-1)).toStrictEqual(finish('unknown'));
    expect(fold.whole).toBe(true);
  });

  it('should ignore an empty finish reason', () => {
    const { tokens, fold } = folded(chunk({ content: 'a' }, ''), chunk({ content: 'b' }, ''));
    expect([tokens.length, fold.whole]).toEqual([2, false]);
    fold.chunk(chunk({}, 'stop'));
    fold.chunk(chunk({}, '', { usage }));
    expect(tokens.at(-1)).toStrictEqual(finish('stop', { usage }));
  });

  it('should have started with the first content, also without text or a model', () => {
    const { fold } = folded();
    expect(fold.started).toBe(false);
    fold.text('x');
    expect(fold.started).toBe(true);
    expect(folded(chunk({ role: 'assistant' })).fold.started).toBe(true);
    for (const delta of [{ content: 'x' }, { reasoning: 'Hm.' }, call(0, 'a', 'f', '{')]) {
      expect(folded(chunk(delta, null, { model: undefined })).fold.started).toBe(true);
    }
  });

  it('should have ended only after its finish token was emitted', () => {
    const { fold } = folded(chunk({ content: 'x' }, 'stop'));
    expect([fold.whole, fold.ended]).toEqual([true, false]);
    fold.end();
    expect([fold.whole, fold.ended]).toEqual([true, true]);
  });

  it('should keep the first id, and find the usage in either place', () => {
    const { tokens } = folded(
      chunk({ content: 'x' }, null, { id: 'first', x_groq: { id: 'req_1', usage } }),
      chunk({}, 'stop', { id: 'second' }),
    );
    expect(tokens.at(-1)).toStrictEqual(finish('stop', { usage, id: 'first' }));
  });

  it('should use the first id that is a string, or an empty one', () => {
    const odd = [null, 5, 'second', 'third'].map((id) => chunk({ content: 'x' }, null, { id }));
    expect(folded(...odd, chunk({}, 'stop', { id: 'last', usage })).tokens.at(-1)).toMatchObject({ id: 'second' });
    expect(folded(chunk({}, 'stop', { id: undefined, usage })).tokens).toMatchObject([{ id: '' }]);
  });

  it('should leave the model of the answer out of the error, which has that of the request', () => {
    expect(folded(chunk({ content: 'Hal' })).fold.truncated().model).toBe(undefined);
  });

  it('should use the first id of the request that is a string', () => {
    const odd = [{ secret: 'x' }, 5, 'req_1', 'req_2'].map((id) => chunk({ content: 'x' }, null, { x_groq: { id } }));
    expect(folded(...odd).fold.truncated().requestId).toBe('req_1');
  });

  describe('with tool calls', () => {
    it('should emit a call without an id', () => {
      const { tokens } = folded(chunk(call(0, undefined, 'f', '{}')), chunk({}, 'tool_calls', { usage }));
      expect(tokens[0]).toStrictEqual({ type: 'tool-call', index: 0, id: '', name: 'f', arguments: '{}' });
    });

    it.each<[string, string, boolean]>([
      ['tool_calls', '', true],
      ['function_call', '', true],
      ['function_call', '{"a', true],
      ['stop', '', true],
      ['stop', '{"a', false],
      ['length', '', false],
      ['length', '{}', true],
    ])('should decide for the reason %s whether to emit a call with the arguments %j: %s', (reason, args, given) => {
      const { tokens } = folded(chunk(call(0, 'x', 'f', args)), chunk({}, reason, { usage }));
      const token = { type: 'tool-call', index: 0, id: 'x', name: 'f', arguments: args };
      expect(tokens).toEqual([...(given ? [token] : []), finish(reason, { usage })]);
    });

    it.each([
      ['tool_calls', 1, true],
      ['stop', 0, true],
      ['stop', 1, false],
    ])('should parse no more arguments than a model writes: %s, and %s more', (reason, more, given) => {
      // Two calls of one answer: together they are as long as may be, and longer.
      const args = '"'.padEnd(MAX_ARGUMENTS - 3 + more, 'x');
      const { tokens } = folded(
        chunk(call(0, 'a', 'f', `${args}"`)),
        chunk(call(1, 'b', 'f', '{}')),
        chunk({}, reason, { usage }),
      );
      expect(tokens.map(({ type }) => type)).toEqual(given ? ['tool-call', 'tool-call', 'finish'] : ['finish']);
    });

    it('should emit each call once, complete and in order', () => {
      const { tokens } = folded(
        chunk(call(1, 'b', 'second', '{}')),
        chunk(call(0, 'a', 'fi')),
        chunk(call(0, undefined, 'rst', '{"x"')),
        chunk(call(0, undefined, undefined, ':1}')),
        chunk({}, 'tool_calls', { usage }),
      );
      expect(tokens).toStrictEqual([
        { type: 'tool-call', index: 0, id: 'a', name: 'first', arguments: '{"x":1}' },
        { type: 'tool-call', index: 1, id: 'b', name: 'second', arguments: '{}' },
        finish('tool_calls', { usage }),
      ]);
    });

    it.each(['length', 'stop'])('should emit no incomplete call when the answer ends with %s', (reason) => {
      const { tokens } = folded(
        chunk(call(0, 'a', 'whole', '{}')),
        chunk(call(1, 'b', 'half', '{"x":')),
        chunk({}, reason, { usage }),
      );
      expect(tokens.map((token) => (token.type === 'tool-call' ? token.name : token.type))).toEqual([
        'whole',
        'finish',
      ]);
    });

    it('should keep complete calls for the error of a cut stream', () => {
      const { tokens, fold } = folded(
        chunk({ content: 'I will look.' }),
        chunk(call(1, 'b', 'half', '{"x":')),
        chunk(call(0, 'a', 'whole', '{}')),
      );
      const whole = { type: 'tool-call', index: 0, id: 'a', name: 'whole', arguments: '{}' };
      expect(fold.truncated().partial.toolCalls).toStrictEqual([whole]);
      expect(tokens.map(({ type }) => type)).toEqual(['text']);
    });

    it.each([-1, 128, 1e9, 0.5, Number.NaN, '0', null, undefined])('should refuse the index %s', (index) => {
      expect(() => folded(chunk(call(index)))).toThrow('A tool call has an index outside of 0 to 127.');
    });

    it.each([[null], ['x'], [1], [[]], [{}]])('should refuse %j in place of a call', (value) => {
      let error: unknown;
      try {
        folded(chunk({ tool_calls: [value] }));
      } catch (thrown) {
        error = thrown;
      }
      expect(isProtocolError(error)).toBe(true);
    });

    it('should ignore fragments that are not strings', () => {
      const { tokens } = folded(
        chunk(call(0, 'a', 7, { x: 1 })),
        chunk({ tool_calls: [{ index: 0, id: 5, function: null }] }),
        chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '1' } }] }),
        chunk({ tool_calls: { 0: 'no list' } }),
        chunk({}, 'tool_calls', { usage }),
      );
      expect(tokens[0]).toStrictEqual({ type: 'tool-call', index: 0, id: 'a', name: 'f', arguments: '1' });
    });
  });

  it.each([
    ['no choices', { choices: [] }],
    ['another choice', { choices: [{ index: 1, delta: { content: 'x' }, finish_reason: 'stop' }] }],
    ['no delta', { choices: [{ index: 0 }] }],
    ['a delta that is null', { choices: [{ index: 0, delta: null, finish_reason: null }] }],
    ['text that is null', { choices: [{ index: 0, delta: { content: null, reasoning: null } }] }],
    ['text that is none', { choices: [{ index: 0, delta: { content: 1, reasoning: {} }, finish_reason: 1 }] }],
    ['no id and no model', { id: null, model: 5, choices: [] }],
  ])('should ignore %s', (_, value) => {
    const { tokens, fold } = folded(value as unknown as ChatCompletionChunk);
    expect([tokens, fold.whole, fold.started]).toEqual([[], false, false]);
  });

  it('should have the finish token in its snapshot while only the usage is missing', () => {
    const { tokens, fold } = folded(chunk({ content: 'a' }), chunk({}, 'stop'));
    expect([tokens.length, fold.ended]).toEqual([1, false]);
    const { finish } = fold.snapshot;
    fold.end();
    expect([finish?.reason, tokens.at(-1)]).toEqual(['stop', finish]);
  });

  it('should keep the partial answer for the error of a cut stream', () => {
    const cause = new Error('reset');
    const { fold } = folded(
      chunk({ content: 'Hal' }, null, { x_groq: { id: 'req_1' } }),
      chunk({ content: 'f', reasoning: 'r' }, null, { usage }),
    );
    const error = fold.truncated(cause);
    expect(error.partial).toStrictEqual({ text: 'Half', reasoning: 'r', toolCalls: [] });
    expect(Object.assign({}, error, { cause: error.cause })).toMatchObject({
      requestId: 'req_1',
      usage,
      cause,
    });
    expect(JSON.stringify(error)).not.toContain('Half');
    expect('cause' in fold.truncated()).toBe(false);
  });

  it('should know the text so far, with incomplete tool calls, and the number of pieces', () => {
    expect(folded().fold.written).toStrictEqual({ text: '', reasoning: '', pieces: { text: 0, reasoning: 0 } });
    const { fold } = folded(
      chunk({ reasoning: 'H' }),
      chunk({ reasoning: 'm.' }),
      chunk({ content: 'Hello' }),
      chunk(call(1, 'a', 'add', '{"a"')),
      chunk(call(1, undefined, undefined, ':1')),
      chunk(call(0, 'b', 'now', '{}')),
    );
    expect(fold.written).toStrictEqual({
      text: 'Helloadd{"a":1now{}',
      reasoning: 'Hm.',
      pieces: { text: 4, reasoning: 2 },
    });
  });

  it('should emit the same answer wherever its texts are cut', () => {
    const texts = fc.array(fc.string(), { maxLength: 20 });
    fc.assert(
      fc.property(texts, texts, texts, (content, reasoning, args) => {
        const { tokens, fold } = folded(
          ...reasoning.map((piece) => chunk({ reasoning: piece })),
          ...content.map((piece) => chunk({ content: piece })),
          ...args.map((piece) => chunk(call(0, 'a', '', piece))),
          chunk({}, 'tool_calls', { usage }),
        );
        expect(fold.snapshot.text).toBe(content.join(''));
        expect(fold.snapshot.reasoning).toBe(reasoning.join(''));
        expect(fold.snapshot.toolCalls.map((each) => each.arguments)).toEqual(args.length > 0 ? [args.join('')] : []);
        expect(tokens.filter(({ type }) => type === 'finish')).toEqual([tokens.at(-1)]);
        for (const token of tokens) if ('text' in token) expect(token.text).not.toBe('');
      }),
    );
  });
});
