import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { big, bytes } from '../../../util/bytes.ts';
import { ebml, element } from './sounds.ts';
import { block, cluster, duration, info, scale, segment } from './webmParts.ts';

const DURATION = 0x4489;
const SCALE = 0x2ad7b1;
const VOID = 0xec;
const SEEK_HEAD = 0x114d9b74;
/** Another element with eight bytes of content. */
const date = element(0x4461, bytes(big(5e15, 8)));

describe('webmSeconds, reading elements', () => {
  it('should find the duration only in the Info element', () => {
    expect(audioSeconds(segment([element(SEEK_HEAD, duration(9_000)), info(duration(1_500))]))).toBe(1.5);
    expect(audioSeconds(segment([info(duration(1_500), date)]))).toBe(1.5);
    expect(audioSeconds(segment([info(date)]))).toBeUndefined();
  });

  it('should read sizes of any length', () => {
    const inside = bytes(big(DURATION, 2), 0x88, duration(1_500).subarray(-8));
    const sizes: (readonly number[])[] = [
      [inside.length + 128],
      ...[2, 3, 4, 5, 6, 7, 8].map((length) => big(2 ** (7 * length) + inside.length, length)),
    ];
    for (const size of sizes) expect(audioSeconds(segment([bytes(big(0x1549a966, 4), size, inside)]))).toBe(1.5);
  });

  it('should treat a size with all bits set as unknown, in any length', () => {
    const inside = bytes(info(), cluster(0, [block(0), block(20)]));
    for (const size of [[0xff], [0x7f, 0xff], [0x3f, 0xff, 0xff], [1, ...Array<number>(7).fill(255)]]) {
      expect(audioSeconds(bytes(ebml, big(0x18538067, 4), size, inside))).toBeCloseTo(0.04, 10);
    }
  });

  it('should treat no other size as unknown', () => {
    const padding = (size: readonly number[], length: number): Uint8Array => bytes(VOID, size, new Uint8Array(length));
    for (const one of [
      padding([0xfe], 126),
      padding([0x7f, 0x10], 0x3f_10),
      padding([0x40, 0xff], 0xff),
      padding([0x10, 0, 0xff, 0xff], 0xff_ff),
    ]) {
      expect(audioSeconds(segment([one, info(duration(1_500))]))).toBe(1.5);
    }
  });

  it('should read a time scale of up to eight bytes, and use the default for any other length', () => {
    const seconds = (unit: readonly number[]): number | undefined =>
      audioSeconds(segment([info(element(SCALE, bytes(unit)), duration(1_500))]));
    expect([1, 3, 8].map((length) => seconds(big(200, length)))).toEqual([3e-4, 3e-4, 3e-4]);
    expect([seconds([]), seconds(big(200, 9))]).toEqual([1.5, 1.5]);
    expect(audioSeconds(segment([info(scale(0), duration(1_500))]))).toBe(0);
  });

  it('should stop at an invalid element', () => {
    const sound = cluster(0, [block(0), block(20)]);
    expect(audioSeconds(segment([sound]))).toBeCloseTo(0.04, 10);
    // An id without a size, an invalid size, an invalid id, and an id that is too long.
    for (const odd of [[0xa3], [0xa3, 0], [0, 0, 0], [8, 1, 1, 1, 1, 0x80]]) {
      expect(audioSeconds(segment([sound, bytes(odd)]))).toBeUndefined();
      expect(audioSeconds(segment([bytes(odd, 0), info(duration(1_500))]))).toBeUndefined();
    }
  });

  it('should skip at most a hundred thousand elements, but any number of blocks', () => {
    const repeat = (one: Uint8Array, times: number): Uint8Array =>
      Uint8Array.from({ length: one.length * times }, (_, i) => one[i % one.length] ?? 0);
    const nothing = bytes(VOID, 0x80);
    expect(audioSeconds(segment([repeat(nothing, 99_999), info(duration(1_500))]))).toBe(1.5);
    expect(audioSeconds(segment([repeat(nothing, 100_000), info(duration(1_500))]))).toBeUndefined();
    const silence = bytes(0xa3, 0x84, 0x81, 0, 0, 0x80);
    expect(audioSeconds(segment([cluster(0, [repeat(silence, 100_001), block(20)])]))).toBeCloseTo(0.04, 10);
  });
});
