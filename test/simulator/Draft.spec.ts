import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Draft, draftOf, fitDraft, textPieces, written } from '../../src/simulator/Draft.ts';

// Any code units, also lone surrogates. The arbitraries of fast-check take a second to create.
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

describe('textPieces', () => {
  it('should be non-empty pieces that join to the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const pieces = textPieces(text);
        expect(pieces.join('')).toBe(text);
        expect(pieces).not.toContain('');
      }),
    );
  });

  it('should cut before words and punctuation', () => {
    expect(textPieces("Don't stop, it's 5.")).toEqual(["Don't", ' stop', ',', " it's", ' 5', '.']);
  });
});

describe('draftOf', () => {
  it.each([
    ['a promise', Promise.resolve('text')],
    ['nothing', undefined],
    ['null', null],
    ['a token alone', { type: 'text', text: 'Yes' }],
    ['a text without its text', [{ type: 'text' }]],
    ['a call without a name', [{ type: 'tool-call', arguments: '{}' }]],
    ['a call whose arguments are no text', [{ type: 'tool-call', name: 'f', arguments: {} }]],
    ['nothing among tokens', [undefined]],
  ])('should say what a reply must be when it is %s', (_what, reply) => {
    expect(() => draftOf(reply as never)).toThrow('the option reply must return a text or a list of tokens');
  });
});

describe('fitDraft', () => {
  const draft: Draft = { ...draftOf('one two three'), tail: 1 };

  it('should not change a draft that fits with its end', () => {
    expect(fitDraft(draft, 4)).toBe(draft);
  });

  it('should drop the end when it does not fit, and pieces that do not fit', () => {
    const endless = fitDraft(draft, 3);
    expect(endless).toMatchObject({ finish: 'length', tail: 0 });
    expect(written(endless).completionTokens).toBe(3);
    const short = fitDraft(draft, 1);
    expect(short.pieces).toHaveLength(1);
    expect(written(short).completionTokens).toBe(1);
  });

  it('should use all tokens although the next piece does not fit', () => {
    const call = draftOf([
      { type: 'tool-call', index: 0, id: 'a', name: 'get_weather', arguments: '{"city":"Paris"}' },
    ]);
    const cut = fitDraft(call, 5);
    expect(cut).toMatchObject({ pieces: [], finish: 'length', tail: 5 });
    expect(written(cut)).toEqual({ completionTokens: 5, reasoningTokens: 0 });
  });

  it('should never exceed the maximum, and be complete when there is room', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(30), fc.nat(60), (text, tail, most) => {
        const before = { ...draftOf(text), tail };
        const after = written(fitDraft(before, most)).completionTokens;
        expect(after).toBe(Math.min(most, written(before).completionTokens));
      }),
    );
  });
});

describe('written', () => {
  it('should count the tokens of the first pieces, or of all with the end', () => {
    const draft: Draft = {
      pieces: [
        { cost: 4, reasoning: 2 },
        { cost: 1, reasoning: 1 },
      ],
      finish: 'stop',
      tail: 7,
    };
    expect(written(draft, 0)).toEqual({ completionTokens: 0, reasoningTokens: 0 });
    expect(written(draft, 1)).toEqual({ completionTokens: 4, reasoningTokens: 2 });
    expect(written(draft, 2)).toEqual({ completionTokens: 5, reasoningTokens: 3 });
    expect(written(draft)).toEqual({ completionTokens: 12, reasoningTokens: 3 });
  });
});
