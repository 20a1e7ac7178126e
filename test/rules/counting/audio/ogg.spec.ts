import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { bytes, little } from '../../../util/bytes.ts';
import { oggFlacHead, opusHead, page, speexHead, vorbisHead } from './sounds.ts';

const sound = new Uint8Array(200);

describe('oggSeconds', () => {
  it.each<[string, Uint8Array, number, number]>([
    ['Vorbis', vorbisHead(44_100), 66_150, 1.5],
    ['Opus, whose first samples are not heard', opusHead(312), 48_312, 1],
    ['Speex', speexHead(16_000), 8_000, 0.5],
    ['FLAC that does not know its length', oggFlacHead(48_000, 0), 12_000, 0.25],
  ])('should read the seconds of %s from the last page', (_what, head, position, seconds) => {
    expect(audioSeconds(bytes(page(0, head), page(100, sound), page(position, sound)))).toBe(seconds);
  });

  it('should use the length in a FLAC header', () => {
    expect(audioSeconds(page(0, oggFlacHead(48_000, 96_000)))).toBe(2);
  });

  it('should skip pages of other streams, and those on which no packet ends', () => {
    const rest = [page(44_100, sound), page('none', sound), page(9_999_999, sound, 8)];
    expect(audioSeconds(bytes(page(0, vorbisHead(44_100)), ...rest))).toBe(1);
  });

  it('should not take sound for a page', () => {
    const odd = bytes('OggS', 1, new Uint8Array(30));
    expect(audioSeconds(bytes(page(0, vorbisHead(44_100)), page(44_100, odd)))).toBe(1);
    const like = (mark: string, version: number): Uint8Array =>
      bytes(mark, version, 0, little(88_200, 8), little(7, 4), new Uint8Array(30));
    for (const packet of [like('OggS', 1), like('Oggs', 0), like('OggZ', 0)]) {
      expect(audioSeconds(bytes(page(0, vorbisHead(44_100)), page(44_100, packet)))).toBe(1);
    }
  });

  it('should need the first page, the last and the size', () => {
    const [first, last] = [page(0, opusHead(0)), page(96_000, sound)];
    expect(audioSeconds(first, { tail: last, size: 1_000_000 })).toBe(2);
    expect(audioSeconds(first, { size: 1_000_000 })).toBeUndefined();
    expect(audioSeconds(first, { tail: last })).toBe(2);
  });

  it('should find the last page wherever the file is cut in two', () => {
    const whole = bytes(page(0, opusHead(0)), page(96_000, sound));
    for (let at = 40; at < whole.length; at++) {
      expect(audioSeconds(whole.subarray(0, at), { tail: whole.subarray(at - 5), size: whole.length })).toBe(2);
    }
  });

  it('should find the last page when it begins long before the last bytes', () => {
    const whole = bytes(page(0, opusHead(0)), new Uint8Array(200_000), page(96_000, sound), new Uint8Array(40_000));
    for (const at of [120_000, 200_000, 230_000]) {
      expect(audioSeconds(whole.subarray(0, at), { tail: whole.subarray(at), size: whole.length })).toBe(2);
    }
  });

  it('should read positions of more than 32 bits', () => {
    for (const position of [2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5]) {
      expect(audioSeconds(bytes(page(0, vorbisHead(8_000)), page(position, sound)))).toBe(position / 8_000);
    }
  });

  it.each([
    ['Vorbis', vorbisHead(44_100), 44],
    ['Opus', opusHead(312), 40],
    ['Speex', speexHead(16_000), 68],
    ['FLAC', oggFlacHead(48_000, 0), 59],
  ])('should need the sample rate in the header of %s', (_what, packet, needed) => {
    const [first, last] = [page(0, packet), page(88_200, sound)];
    const rest = { tail: last, size: 1_000_000 };
    for (let at = 28; at < needed; at++) expect(audioSeconds(first.subarray(0, at), rest)).toBeUndefined();
    expect(audioSeconds(first.subarray(0, needed), rest)).toBeGreaterThan(1);
  });

  it('should be undefined for unknown codecs', () => {
    const theora = bytes(0x80, 'theora', new Uint8Array(60).fill(0x11));
    expect(audioSeconds(bytes(page(0, theora), page(10, sound)))).toBeUndefined();
    expect(audioSeconds(bytes(page(0, bytes('Theora')), page(10, sound)))).toBeUndefined();
    expect(audioSeconds(bytes(page(0, opusHead(0)).subarray(0, 34), page(10, sound)))).toBeUndefined();
  });
});
