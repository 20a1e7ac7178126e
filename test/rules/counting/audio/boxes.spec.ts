import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { big, bytes } from '../../../util/bytes.ts';
import { box, ftyp, timeHeader } from './sounds.ts';

const header = timeHeader('mvhd', 1_000, 1_500);

describe('boxesIn', () => {
  it('should read a box with a 64-bit size', () => {
    const large = bytes(big(1, 4), 'moov', big(16 + header.length, 8), header);
    expect(audioSeconds(bytes(ftyp, large, box('free')))).toBe(1.5);
  });

  it('should not read beyond the box it is in', () => {
    expect(audioSeconds(bytes(ftyp, box('moov', box('udta')), header))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, box('moov'), header))).toBeUndefined();
  });

  it('should not read beyond a box that is too short', () => {
    const short = box('mvhd', new Uint8Array(12), big(1_000, 4));
    expect(audioSeconds(bytes(ftyp, box('moov', short, box('free', big(1_500, 4)))))).toBeUndefined();
  });

  it('should stop at a size that is less than the box header', () => {
    const movie = box('moov', header);
    expect(audioSeconds(bytes(ftyp, big(8, 4), 'free', movie))).toBe(1.5);
    for (const size of [4, 7]) {
      expect(audioSeconds(bytes(ftyp, big(size, 4), 'free'.slice(0, size - 4), movie))).toBeUndefined();
    }
    expect(audioSeconds(bytes(ftyp, big(1, 4), 'free', big(16, 8), movie))).toBe(1.5);
    expect(audioSeconds(bytes(ftyp, big(1, 4), 'free', big(15, 8), movie))).toBeUndefined();
  });

  it('should skip at most a hundred thousand boxes', () => {
    const empty = box('free');
    const boxes = (count: number): Uint8Array => Uint8Array.from({ length: 8 * count }, (_, i) => empty[i % 8] ?? 0);
    const movie = box('moov', header);
    expect(audioSeconds(bytes(ftyp, boxes(99_998), movie))).toBe(1.5);
    expect(audioSeconds(bytes(ftyp, boxes(99_999), movie))).toBeUndefined();
  });
});
