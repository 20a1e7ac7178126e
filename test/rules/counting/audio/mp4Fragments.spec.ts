import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { big, bytes } from '../../../util/bytes.ts';
import { box, ftyp, timeHeader } from './sounds.ts';

const mdat = box('mdat', new Uint8Array(500));
const moov = (...header: Uint8Array[]): Uint8Array => box('moov', box('udta'), ...header);
const zeros = (length: number): number[] => Array<number>(length).fill(0);

/** Parts of a fragmented movie: one track with 48,000 units a second, by default 1,024 to a sample. */
const tkhd = (version: number, id: number) =>
  box('tkhd', version, zeros(3 + (version === 1 ? 16 : 8)), big(id, 4), zeros(60));
const track = (version = 0, id = 5, timescale = 48_000) =>
  box('trak', tkhd(version, id), box('mdia', timeHeader('mdhd', timescale, 0, version)));
const trex = box('trex', zeros(4), big(5, 4), big(1, 4), big(1_024, 4), zeros(8));
const fragmented = (extension: Uint8Array, version = 0) =>
  bytes(ftyp, moov(timeHeader('mvhd', 1_000, 0, version), track(version), box('mvex', extension)));
const traf = (tfhd: Uint8Array, ...runs: Uint8Array[]) =>
  box('moof', box('mfhd', zeros(8)), box('traf', tfhd, ...runs));
const tfhd = box('tfhd', big(0x02_00_00, 4), big(5, 4));
const trun = (count: number) => box('trun', zeros(4), big(count, 4));

describe('fragmentsSeconds', () => {
  it('should use the duration of all fragments when it is given', () => {
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

  it('should be undefined when a fragment is incomplete', () => {
    const whole = bytes(fragmented(trex), traf(tfhd, trun(375)), mdat);
    expect(audioSeconds(whole.subarray(0, -600), { size: whole.length })).toBeUndefined();
    expect(audioSeconds(fragmented(trex))).toBeUndefined();
  });

  it('should not loop over samples that a run claims but does not contain', () => {
    const endless = box('trun', big(0x01_00, 4), big(2 ** 32 - 1, 4), big(48_000, 4));
    expect(audioSeconds(bytes(fragmented(trex), traf(tfhd, endless)))).toBe(1);
  });

  it('should not take the available fragments for all of them', () => {
    const fragment = bytes(traf(tfhd, trun(75)), mdat);
    const whole = bytes(fragmented(trex), fragment, fragment);
    expect(audioSeconds(whole)).toBe(3.2);
    for (const missing of [1, 507, 508, fragment.length - 8, fragment.length]) {
      const size = whole.length;
      const head = whole.subarray(0, size - missing);
      // Of the last box, only the header is needed.
      expect(audioSeconds(head, { size })).toBe(missing <= 500 ? 3.2 : undefined);
    }
  });

  it('should be undefined when the size of a box is incomplete', () => {
    const large = bytes(fragmented(trex), traf(tfhd, trun(75)), big(1, 4), 'mdat', big(516, 8), new Uint8Array(500));
    const size = large.length;
    expect(audioSeconds(large)).toBe(1.6);
    expect(audioSeconds(large.subarray(0, -500), { size })).toBe(1.6);
    expect(audioSeconds(large.subarray(0, -501), { size })).toBeUndefined();
  });

  it('should add up the fragments when the total duration is 0', () => {
    const file = fragmented(bytes(box('mehd', zeros(8)), trex));
    expect(audioSeconds(bytes(file, traf(tfhd, trun(75)), mdat))).toBe(1.6);
  });

  it('should use the longest of two tracks, in either order', () => {
    const two = bytes(ftyp, moov(timeHeader('mvhd', 1_000, 0), track(), track(0, 6), box('mvex', trex)));
    const other = box('tfhd', big(0x02_00_08, 4), big(6, 4), big(1_024, 4));
    expect(audioSeconds(bytes(two, traf(tfhd, trun(75)), traf(other, trun(375)), mdat))).toBe(8);
    expect(audioSeconds(bytes(two, traf(tfhd, trun(375)), traf(other, trun(75)), mdat))).toBe(8);
  });

  it('should skip a track without a time scale', () => {
    const other = box('tfhd', big(0x02_00_08, 4), big(6, 4), big(1_024, 4));
    for (const broken of [track(0, 6, 0), box('trak', tkhd(0, 6)), box('trak', box('tkhd', zeros(4)))]) {
      const file = bytes(ftyp, moov(timeHeader('mvhd', 1_000, 0), track(), broken, box('mvex', trex)));
      expect(audioSeconds(bytes(file, traf(tfhd, trun(75)), traf(other, trun(375)), mdat))).toBe(1.6);
    }
  });

  it('should skip boxes of other types, whatever they contain', () => {
    const run = [tfhd, trun(75)];
    const trep = box('trep', zeros(4), big(5, 4), zeros(4), big(9, 4));
    const hidden = box('free', tkhd(0, 5), box('mdia', timeHeader('mdhd', 1, 0)));
    const file = bytes(ftyp, moov(timeHeader('mvhd', 1_000, 0), track(), hidden, box('mvex', trex, trep)));
    const fragment = box('moof', box('skip', ...run), box('traf', ...run));
    expect(audioSeconds(bytes(file, fragment, box('free', box('traf', ...run))))).toBe(1.6);
  });

  it('should use defaults in place of truncated fields', () => {
    const own = box('tfhd', big(0x02_00_08, 4), big(5, 4), big(480, 4));
    const withoutOwn = box('tfhd', big(0x02_00_08, 4), big(5, 4));
    expect(audioSeconds(bytes(fragmented(box('trex', zeros(8))), traf(own, trun(100))))).toBe(1);
    expect(audioSeconds(bytes(fragmented(trex), traf(withoutOwn, trun(75))))).toBe(1.6);
    expect(audioSeconds(bytes(fragmented(trex), traf(tfhd, box('trun', zeros(4)), trun(75))))).toBe(1.6);
  });

  it('should be undefined when no duration of samples is given', () => {
    expect(audioSeconds(bytes(fragmented(box('free')), traf(tfhd, trun(75))))).toBeUndefined();
    expect(audioSeconds(bytes(fragmented(box('trex', zeros(8))), traf(tfhd, trun(75))))).toBeUndefined();
  });

  it('should count at most the samples that a run declares', () => {
    const run = box('trun', big(0x01_00, 4), big(1, 4), big(48_000, 4), big(48_000, 4));
    expect(audioSeconds(bytes(fragmented(trex), traf(tfhd, run)))).toBe(1);
  });

  it('should be undefined for a time scale of 0', () => {
    const file = bytes(ftyp, moov(timeHeader('mvhd', 0, 0), track(), box('mvex', trex)));
    expect(audioSeconds(bytes(file, traf(tfhd, trun(75))))).toBeUndefined();
  });
});
