import { describe, expect, it } from 'vitest';
import { imageTokens } from '../../../../src/rules/counting/image/imageTokens.ts';
import { llama4Tiles } from '../../../../src/rules/counting/image/llama4Tiles.ts';
import { dataUrl, png } from './images.ts';

const LLAMA = 'meta-llama/llama-4-scout-17b-16e-instruct';
const link = { url: 'https://example.com/a.png' };

describe('llama4Tiles', () => {
  it.each([
    [1, 1, 1],
    [336, 336, 1],
    [337, 336, 2],
    [672, 672, 4],
    [1_000, 600, 6],
    [1_344, 1_344, 16],
    // No grid is large enough, so the nearest one is used.
    [4_000, 4_000, 16],
    [4_000, 1_000, 16],
    [100_000, 10, 16],
  ])('should cut an image of %i × %i into %i', (width, height, tiles) => {
    expect(llama4Tiles({ width, height })).toBe(tiles);
    expect(llama4Tiles({ width: height, height: width })).toBe(tiles);
  });
});

describe('imageTokens', () => {
  it('should use the documented number for Qwen, for any image', () => {
    for (const image of [link, { url: dataUrl(png(4, 4)) }, { ...link, detail: 'low' as const }]) {
      expect(imageTokens('qwen/qwen3.8-27b', image)).toEqual({ tokens: 2_048, bound: 2_048 });
    }
  });

  it('should count the tiles of Llama 4 when the size is known', () => {
    const of = (width: number, height: number) => imageTokens(LLAMA, { url: dataUrl(png(width, height)) });
    expect(of(336, 336)).toEqual({ tokens: 147, bound: 147 });
    expect(of(672, 336)).toEqual({ tokens: 437, bound: 437 });
    expect(of(8_000, 8_000)).toEqual({ tokens: 2_467, bound: 2_467 });
  });

  it('should bound an image of unknown size by the largest', () => {
    expect(imageTokens(LLAMA, link).bound).toBe(2_467);
    expect(imageTokens('an/other-model', link).bound).toBe(2_500);
    expect(imageTokens('an/other-model', { url: dataUrl(png(1, 1)) }).bound).toBe(2_500);
  });

  it('should not count less for low detail', () => {
    expect(imageTokens(LLAMA, { ...link, detail: 'low' })).toEqual(imageTokens(LLAMA, { ...link, detail: 'high' }));
  });
});
