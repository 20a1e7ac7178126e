import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { bytes, little } from '../../../util/bytes.ts';
import { chunk, type Wav, wav } from './sounds.ts';

describe('wavSeconds', () => {
  it.each<[string, Wav, number]>([
    ['16 bits, mono', {}, 1],
    ['24 bits, stereo', { channels: 2, bits: 24, data: 9 * 16_000 }, 1.5],
    ['floating point', { tag: 3, bits: 32, rate: 48_000, data: 48_000 }, 0.25],
    ['µ-law', { tag: 7, bits: 8, rate: 8_000, data: 4_000 }, 0.5],
    ['the extensible format with six channels', { tag: 0xfffe, channels: 6, data: 12 * 16_000 }, 1],
    ['a wrong average', { bytesPerSecond: 1 }, 1],
    [
      'other chunks before the data, of odd length too',
      { chunks: [chunk('LIST', new Uint8Array(27)), chunk('fact', bytes(1, 0, 0, 0))] },
      1,
    ],
    ['an unknown size, written to a pipe', { dataSize: 0xff_ff_ff_ff, data: 16_000 }, 0.5],
    ['a size of 0, from before anything was recorded', { dataSize: 0, data: 16_000 }, 0.5],
    ['more bytes than there are', { dataSize: 100_000, data: 16_000 }, 0.5],
    ['no sound at all', { data: 0 }, 0],
    [
      'compressed sound, by its samples',
      { tag: 0x11, bytesPerSecond: 9_999, chunks: [chunk('fact', bytes(little(24_000, 4)))], data: 12 },
      1.5,
    ],
    ['compressed sound, by its average', { tag: 0x11, bytesPerSecond: 8_000, data: 4_000 }, 0.5],
    [
      'more than 4 GB, of which the end is missing',
      {
        form: 'RF64',
        dataSize: 0xff_ff_ff_ff,
        chunks: [chunk('ds64', bytes(little(0, 8), little(5e9, 8), little(0, 12)))],
      },
      1,
    ],
  ])('should read the seconds of %s', (_what, options, seconds) => {
    expect(audioSeconds(wav(options))).toBeCloseTo(seconds, 10);
  });

  it('should need only the start and the size', () => {
    const whole = wav({ data: 320_000 });
    expect(audioSeconds(whole.subarray(0, 44), { size: whole.length })).toBe(10);
    expect(audioSeconds(whole.subarray(0, 44))).toBe(0);
    const large = wav({
      form: 'RF64',
      data: 0,
      dataSize: 0xff_ff_ff_ff,
      chunks: [chunk('ds64', bytes(little(0, 8), little(6.4e9, 8), little(0, 12)))],
    });
    expect(audioSeconds(large, { size: 7e9 })).toBe(200_000);
  });

  it('should ignore other chunks after the sound', () => {
    expect(audioSeconds(bytes(wav(), chunk('LIST', new Uint8Array(1_000))))).toBe(1);
  });

  it('should use a 64-bit size only in RF64, and only when the 32-bit size is not set', () => {
    const chunks = [chunk('ds64', bytes(little(0, 8), little(8_000, 8), little(0, 12)))];
    expect(audioSeconds(wav({ form: 'RF64', dataSize: 0xff_ff_ff_ff, chunks }))).toBe(0.25);
    expect(audioSeconds(wav({ form: 'RIFF', dataSize: 0xff_ff_ff_ff, chunks }))).toBe(1);
    expect(audioSeconds(wav({ form: 'RF64', dataSize: 16_000, chunks }))).toBe(0.5);
  });

  it('should be undefined when the chunks before the sound are cut anywhere', () => {
    const large = {
      form: 'RF64',
      tag: 0x11,
      dataSize: 0xff_ff_ff_ff,
      chunks: [
        chunk('ds64', bytes(little(0, 8), little(8_000, 8), little(0, 12))),
        chunk('fact', bytes(little(24_000, 4))),
      ],
    };
    const whole = wav(large);
    const start = whole.length - 32_000;
    for (let at = 0; at < start; at++) {
      expect(audioSeconds(whole.subarray(0, at), { size: whole.length })).toBeUndefined();
    }
    expect(audioSeconds(whole.subarray(0, start), { size: whole.length })).toBe(1.5);
  });

  it('should skip at most a thousand chunks', () => {
    const chunks = (count: number): Uint8Array[] => Array.from({ length: count }, () => chunk('JUNK', bytes()));
    expect(audioSeconds(wav({ chunks: chunks(998) }))).toBe(1);
    expect(audioSeconds(wav({ chunks: chunks(999) }))).toBeUndefined();
  });

  it('should not take other RIFF files for WAV', () => {
    const whole = wav();
    expect(audioSeconds(bytes(whole.subarray(0, 8), 'AVI ', whole.subarray(12)))).toBeUndefined();
    expect(audioSeconds(bytes('RIFX', whole.subarray(4)))).toBeUndefined();
  });

  it('should be undefined when the format is missing or invalid', () => {
    expect(audioSeconds(wav().subarray(0, 30))).toBeUndefined();
    expect(audioSeconds(wav({ rate: 0, data: 10 }))).toBeUndefined();
    expect(audioSeconds(bytes('RIFF', little(20, 4), 'WAVE', 'data', little(4, 4), 0, 0, 0, 0))).toBeUndefined();
    expect(audioSeconds(bytes('RIFF', little(20, 4), 'AVI ', chunk('fmt ', new Uint8Array(16))))).toBeUndefined();
  });
});
