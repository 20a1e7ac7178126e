import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { bytes } from '../../../util/bytes.ts';
import { ebml, element } from './sounds.ts';
import { block, cluster, duration, group, info, scale, segment } from './webmParts.ts';

describe('webmSeconds', () => {
  it('should read the duration in either precision and any time scale', () => {
    expect(audioSeconds(segment([info(duration(1_500))]))).toBe(1.5);
    expect(audioSeconds(segment([info(duration(1_500, 4), scale(2_000_000))]))).toBe(3);
    expect(audioSeconds(segment([element(0x114d9b74, new Uint8Array(50)), info(scale(1_000), duration(2.5e6))]))).toBe(
      2.5,
    );
    expect(audioSeconds(segment([info(duration(1_500)), cluster(0, [block(0)])], true))).toBe(1.5);
  });

  it('should need only the start when there is a duration', () => {
    expect(audioSeconds(segment([info(duration(1_500))]), { size: 1e9 })).toBe(1.5);
  });

  it('should use the last block when there is no duration, as in recordings of browsers', () => {
    const first = cluster(0, [block(0), block(20), block(40)], true);
    const second = cluster(30_000, [block(-10), group(10), group(30)], true);
    expect(audioSeconds(segment([info(), first, second], true))).toBeCloseTo(30.05, 10);
    expect(audioSeconds(segment([info(scale(500_000)), cluster(100, [block(0), block(20)])]))).toBeCloseTo(0.07, 10);
    expect(audioSeconds(segment([cluster(1_000, [block(0)])]))).toBe(1);
  });

  it('should assume for the last block the length of the one before', () => {
    const [first, second] = [block(0), block(20)];
    expect(audioSeconds(segment([cluster(0, [first, second, second])]))).toBeCloseTo(0.04, 10);
    expect(audioSeconds(segment([cluster(0, [first, second, first])]))).toBeCloseTo(0.04, 10);
  });

  it('should measure a truncated recording up to the last block with a time', () => {
    const whole = segment([info(), cluster(0, [block(0), block(20), block(50)], true)], true);
    expect(audioSeconds(whole)).toBeCloseTo(0.08, 10);
    expect(audioSeconds(whole.subarray(0, -4))).toBeCloseTo(0.08, 10);
    for (const missing of [5, 6, 7]) expect(audioSeconds(whole.subarray(0, -missing))).toBeCloseTo(0.04, 10);
  });

  it('should look for the duration only before the sound', () => {
    const sound = cluster(0, [block(0), block(20)]);
    expect(audioSeconds(segment([sound, info(duration(9_000))]))).toBeCloseTo(0.04, 10);
  });

  it('should be undefined when blocks are missing', () => {
    const whole = segment([info(), cluster(0, [block(0), block(20), block(40)], true)], true);
    expect(audioSeconds(whole.subarray(0, -13), { size: whole.length })).toBeUndefined();
    expect(audioSeconds(segment([info()]))).toBeUndefined();
    const two = segment([info(), cluster(0, [block(0), block(20)]), cluster(40, [block(0), block(20)])], true);
    expect(audioSeconds(two)).toBeCloseTo(0.08, 10);
    // The last block has seven bytes of content, the first three of which hold its time.
    for (let at = 0; at < two.length - 4; at++) {
      expect(audioSeconds(two.subarray(0, at), { size: two.length })).toBeUndefined();
    }
  });

  it('should be undefined for an invalid file', () => {
    expect(audioSeconds(ebml)).toBeUndefined();
    expect(audioSeconds(bytes(ebml, element(0x1549a966, duration(1_500))))).toBeUndefined();
    expect(audioSeconds(segment([info(element(0x4489, new Uint8Array(3)))]))).toBeUndefined();
    expect(audioSeconds(segment([info(duration(Number.NaN))]))).toBeUndefined();
    expect(audioSeconds(segment([info(duration(-1))]))).toBeUndefined();
  });
});
