import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { big, bytes } from '../../../util/bytes.ts';
import { box, ftyp, timeHeader } from './sounds.ts';

const mdat = box('mdat', new Uint8Array(500));
const moov = (...header: Uint8Array[]): Uint8Array => box('moov', box('udta'), ...header);

describe('mp4Seconds', () => {
  it.each<[string, Uint8Array]>([
    ['in front of the sound', bytes(ftyp, moov(timeHeader('mvhd', 1_000, 1_500)), mdat)],
    ['behind the sound', bytes(ftyp, box('free'), mdat, moov(timeHeader('mvhd', 1_000, 1_500)))],
    ['of the later version', bytes(ftyp, mdat, moov(timeHeader('mvhd', 44_100, 66_150, 1)))],
    [
      'behind a box of 64 bits',
      bytes(ftyp, big(1, 4), 'mdat', big(116, 8), new Uint8Array(100), moov(timeHeader('mvhd', 2, 3))),
    ],
    ['in a box that ends with the file', bytes(ftyp, big(0, 4), 'moov', timeHeader('mvhd', 2, 3))],
  ])('should find the header %s', (_where, file) => {
    expect(audioSeconds(file)).toBe(1.5);
  });

  it('should need the start, the end and the size', () => {
    const [head, tail] = [bytes(ftyp, big(5e6, 4), 'mdat'), moov(timeHeader('mvhd', 1_000, 1_500))];
    const size = ftyp.length + 5e6 + tail.length;
    expect(audioSeconds(head, { tail, size })).toBe(1.5);
    expect(audioSeconds(head, { tail: bytes(new Uint8Array(90), tail), size })).toBe(1.5);
    expect(audioSeconds(head, { size })).toBeUndefined();
  });

  it('should be undefined when the duration is not written', () => {
    expect(audioSeconds(bytes(ftyp, mdat))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, moov()))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, moov(timeHeader('mvhd', 0, 10))))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, box('moov', box('mvhd', 0))))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, box('moov', box('mvhd'))))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, big(4, 4), 'free', moov(timeHeader('mvhd', 1_000, 1_500))))).toBeUndefined();
  });
});
