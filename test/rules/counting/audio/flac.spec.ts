import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { bytes } from '../../../util/bytes.ts';
import { flac, id3 } from './sounds.ts';

describe('flacSeconds', () => {
  it('should read the number of samples and their rate', () => {
    expect(audioSeconds(flac(44_100, 66_150))).toBe(1.5);
    expect(audioSeconds(flac(655_350, 1))).toBeCloseTo(1 / 655_350, 12);
  });

  it('should read the largest number of samples', () => {
    expect(audioSeconds(flac(96_000, 2 ** 36 - 1))).toBe((2 ** 36 - 1) / 96_000);
  });

  it('should skip an ID3 tag at the start', () => {
    expect(audioSeconds(bytes(id3(500), flac(8_000, 4_000)))).toBe(0.5);
    expect(audioSeconds(bytes(id3(500, 0x10), flac(8_000, 4_000)))).toBe(0.5);
  });

  it('should skip at most eight tags', () => {
    const tags = (count: number): Uint8Array => bytes(...Array.from({ length: count }, () => id3(5)));
    expect(audioSeconds(bytes(tags(8), flac(8_000, 4_000)))).toBe(0.5);
    expect(audioSeconds(bytes(tags(9), flac(8_000, 4_000)))).toBeUndefined();
  });

  it('should be undefined when the encoder left a number out', () => {
    expect(audioSeconds(flac(44_100, 0))).toBeUndefined();
    expect(audioSeconds(flac(0, 10))).toBeUndefined();
    expect(audioSeconds(flac(44_100, 10).subarray(0, 20))).toBeUndefined();
  });
});
