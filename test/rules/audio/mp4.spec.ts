import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../src/rules/audio/audioSeconds.ts';
import { big, bytes } from '../../util/bytes.ts';
import { box, ftyp, timeHeader } from './sounds.ts';

const mdat = box('mdat', new Uint8Array(500));
const moov = (...header: Uint8Array[]): Uint8Array => box('moov', box('udta'), ...header);
const zeros = (length: number): number[] => Array<number>(length).fill(0);

/** A movie that is written in fragments: one track with 48,000 units a second, 1,024 to a sample unless said otherwise. */
const track = (version = 0) =>
  box(
    'trak',
    box('tkhd', version, zeros(3 + (version === 1 ? 16 : 8)), big(5, 4), zeros(60)),
    box('mdia', timeHeader('mdhd', 48_000, 0, version)),
  );
const trex = box('trex', zeros(4), big(5, 4), big(1, 4), big(1_024, 4), zeros(8));
const fragmented = (extension: Uint8Array, version = 0) =>
  bytes(ftyp, moov(timeHeader('mvhd', 1_000, 0, version), track(version), box('mvex', extension)));
const traf = (tfhd: Uint8Array, ...runs: Uint8Array[]) =>
  box('moof', box('mfhd', zeros(8)), box('traf', tfhd, ...runs));
const tfhd = box('tfhd', big(0x02_00_00, 4), big(5, 4));
const trun = (count: number) => box('trun', zeros(4), big(count, 4));

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

  it('should believe a duration of all fragments', () => {
    expect(audioSeconds(fragmented(box('mehd', zeros(4), big(2_500, 4))))).toBe(2.5);
    expect(audioSeconds(fragmented(box('mehd', 1, zeros(3), big(2_500, 8)), 1))).toBe(2.5);
  });

  it('should add up the fragments of the longest track', () => {
    const own = box('tfhd', big(0x02_00_0b, 4), big(5, 4), zeros(12), big(480, 4));
    const each = box('trun', big(0x03_05, 4), big(2, 4), zeros(8), big(4_800, 4), zeros(4), big(9_600, 4), zeros(4));
    const other = box('tfhd', zeros(4), big(6, 4));
    const start = fragmented(trex);
    expect(audioSeconds(bytes(start, traf(tfhd, trun(375)), mdat, traf(tfhd, trun(375), trun(75)), mdat))).toBe(17.6);
    expect(audioSeconds(bytes(start, traf(own, trun(100)), mdat))).toBe(1);
    expect(audioSeconds(bytes(start, traf(tfhd, each), mdat))).toBeCloseTo(0.3, 10);
    expect(audioSeconds(bytes(start, traf(other, trun(100)), traf(tfhd, trun(75))))).toBe(1.6);
    expect(audioSeconds(bytes(fragmented(trex, 1), traf(tfhd, trun(75))))).toBe(1.6);
  });

  it('should not tell how long fragments are that are not all at hand', () => {
    const whole = bytes(fragmented(trex), traf(tfhd, trun(375)), mdat);
    expect(audioSeconds(whole.subarray(0, -600), { size: whole.length })).toBeUndefined();
    expect(audioSeconds(fragmented(trex))).toBeUndefined();
  });

  it('should not tell what is not written', () => {
    expect(audioSeconds(bytes(ftyp, mdat))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, moov()))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, moov(timeHeader('mvhd', 0, 10))))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, box('moov', box('mvhd', 0))))).toBeUndefined();
    expect(audioSeconds(bytes(ftyp, big(4, 4), 'free', moov(timeHeader('mvhd', 1_000, 1_500))))).toBeUndefined();
  });

  it('should not be kept by runs that say to be longer than they are', () => {
    const endless = box('trun', big(0x01_00, 4), big(2 ** 32 - 1, 4), big(48_000, 4));
    expect(audioSeconds(bytes(fragmented(trex), traf(tfhd, endless)))).toBe(1);
  });
});
