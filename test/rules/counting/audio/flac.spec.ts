import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { bytes } from '../../../util/bytes.ts';
import { flac, id3 } from './sounds.ts';

describe('flacSeconds', () => {
  it('should read the samples and their rate', () => {
    expect(audioSeconds(flac(44_100, 66_150))).toBe(1.5);
    expect(audioSeconds(flac(655_350, 1))).toBeCloseTo(1 / 655_350, 12);
  });

  it('should read as many samples as can be written', () => {
    expect(audioSeconds(flac(96_000, 2 ** 36 - 1))).toBe((2 ** 36 - 1) / 96_000);
  });

  it('should pass a tag before the mark', () => {
    expect(audioSeconds(bytes(id3(500), flac(8_000, 4_000)))).toBe(0.5);
    expect(audioSeconds(bytes(id3(500, 0x10), flac(8_000, 4_000)))).toBe(0.5);
  });

  it('should pass eight tags at the most', () => {
    const tags = (count: number): Uint8Array => bytes(...Array.from({ length: count }, () => id3(5)));
    expect(audioSeconds(bytes(tags(8), flac(8_000, 4_000)))).toBe(0.5);
    expect(audioSeconds(bytes(tags(9), flac(8_000, 4_000)))).toBeUndefined();
  });

  it('should not tell what the encoder did not know', () => {
    expect(audioSeconds(flac(44_100, 0))).toBeUndefined();
    expect(audioSeconds(flac(0, 10))).toBeUndefined();
    expect(audioSeconds(flac(44_100, 10).subarray(0, 20))).toBeUndefined();
  });
});
