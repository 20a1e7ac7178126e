import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../src/rules/audio/audioSeconds.ts';
import { big, bytes } from '../../util/bytes.ts';
import { ebml, element } from './sounds.ts';

const float = (value: number, size: 4 | 8): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return new Uint8Array(view.buffer);
};
const duration = (value: number, size: 4 | 8 = 8) => element(0x4489, float(value, size));
const scale = (value: number) => element(0x2ad7b1, bytes(big(value, 4)));
const info = (...inside: Uint8Array[]) => element(0x1549a966, bytes(element(0x4d80, bytes('app')), ...inside));
const segment = (inside: Uint8Array[], isOpen = false) => bytes(ebml, element(0x18538067, bytes(...inside), isOpen));
const block = (time: number) => element(0xa3, bytes(0x81, big(time < 0 ? time + 65_536 : time, 2), 0x80, 1, 2, 3));
const cluster = (time: number, blocks: Uint8Array[], isOpen = false) =>
  element(0x1f43b675, bytes(element(0xe7, bytes(big(time, 3))), ...blocks), isOpen);
const group = (time: number) =>
  element(0xa0, bytes(element(0xa1, bytes(0x81, big(time, 2), 0)), element(0x9b, bytes(20))));

describe('webmSeconds', () => {
  it('should read the duration, in either precision and in whichever unit', () => {
    expect(audioSeconds(segment([info(duration(1_500))]))).toBe(1.5);
    expect(audioSeconds(segment([info(duration(1_500, 4), scale(2_000_000))]))).toBe(3);
    expect(audioSeconds(segment([element(0x114d9b74, new Uint8Array(50)), info(scale(1_000), duration(2.5e6))]))).toBe(
      2.5,
    );
    expect(audioSeconds(segment([info(duration(1_500)), cluster(0, [block(0)])], true))).toBe(1.5);
  });

  it('should need the start alone where there is a duration', () => {
    expect(audioSeconds(segment([info(duration(1_500))]), { size: 1e9 })).toBe(1.5);
  });

  it('should tell from the last block what browsers record', () => {
    const first = cluster(0, [block(0), block(20), block(40)], true);
    const second = cluster(30_000, [block(-10), group(10), group(30)], true);
    expect(audioSeconds(segment([info(), first, second], true))).toBeCloseTo(30.05, 10);
    expect(audioSeconds(segment([info(scale(500_000)), cluster(100, [block(0), block(20)])]))).toBeCloseTo(0.07, 10);
    expect(audioSeconds(segment([cluster(1_000, [block(0)])]))).toBe(1);
  });

  it('should not tell from blocks that are not all at hand', () => {
    const whole = segment([info(), cluster(0, [block(0), block(20), block(40)], true)], true);
    expect(audioSeconds(whole.subarray(0, -13), { size: whole.length })).toBeUndefined();
    expect(audioSeconds(segment([info()]))).toBeUndefined();
  });

  it('should not tell from what is broken', () => {
    expect(audioSeconds(ebml)).toBeUndefined();
    expect(audioSeconds(bytes(ebml, element(0x1549a966, duration(1_500))))).toBeUndefined();
    expect(audioSeconds(segment([info(element(0x4489, new Uint8Array(3)))]))).toBeUndefined();
    expect(audioSeconds(segment([info(duration(Number.NaN))]))).toBeUndefined();
    expect(audioSeconds(segment([info(duration(-1))]))).toBeUndefined();
  });
});
