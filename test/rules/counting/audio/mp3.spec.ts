import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { mpegFrame } from '../../../../src/rules/counting/audio/mpegFrame.ts';
import { big, bytes } from '../../../util/bytes.ts';
import { frame, id3, mpegHead } from './sounds.ts';

const MPEG_1 = mpegHead();
/** 128 kb/s at 44.1 kHz. */
const plain = frame(MPEG_1, 417);
const FRAME = 1_152 / 44_100;
const repeat = (one: Uint8Array, times: number): Uint8Array => bytes(...Array.from({ length: times }, () => one));
const vbrHead = (name: string, at: number, frames: number, flags = 1): Uint8Array =>
  frame(MPEG_1, 417, bytes(new Uint8Array(at - 4), name, big(flags, 4), big(frames, 4)));
const vbri = (frames: number): Uint8Array =>
  frame(MPEG_1, 417, bytes(new Uint8Array(32), 'VBRI', new Uint8Array(10), big(frames, 4)));

describe('mp3Seconds', () => {
  it('should add up the frames of a constant bitrate', () => {
    expect(audioSeconds(repeat(plain, 100))).toBeCloseTo(100 * FRAME, 10);
  });

  it('should extrapolate to frames that are missing', () => {
    const whole = repeat(plain, 1_000);
    expect(audioSeconds(whole.subarray(0, 10_000), { size: whole.length })).toBeCloseTo(1_000 * FRAME, 10);
  });

  it('should add up the frames of a variable bitrate without a VBR header', () => {
    const slow = frame(mpegHead({ bitrate: 1 }), 104);
    const padded = frame(mpegHead({ padding: 1 }), 418);
    expect(audioSeconds(bytes(plain, repeat(slow, 30), padded, plain))).toBeCloseTo(33 * FRAME, 10);
  });

  it.each([
    ['Xing', vbrHead('Xing', 36, 5_000)],
    ['Info', vbrHead('Info', 36, 5_000)],
    ['VBRI', vbri(5_000)],
  ])('should use the %s header', (_name, head) => {
    expect(audioSeconds(bytes(head, plain))).toBeCloseTo(5_000 * FRAME, 10);
  });

  it('should find the VBR header of a mono file', () => {
    const mono = mpegHead({ mode: 3 });
    const head = frame(mono, 417, bytes(new Uint8Array(17), 'Xing', big(1, 4), big(5_000, 4)));
    expect(audioSeconds(bytes(head, frame(mono, 417)))).toBeCloseTo(5_000 * FRAME, 10);
  });

  it('should add up the frames when the VBR header has no number of frames', () => {
    for (const head of [vbrHead('Xing', 36, 5_000, 2), vbrHead('Xing', 36, 0), vbri(0)]) {
      expect(audioSeconds(bytes(head, plain))).toBeCloseTo(2 * FRAME, 10);
    }
  });

  it('should add up the frames when the VBR header is incomplete', () => {
    for (const head of [vbrHead('Xing', 36, 5_000).subarray(0, 46), vbri(5_000).subarray(0, 53)]) {
      expect(audioSeconds(head, { size: 417 })).toBeCloseTo(FRAME, 10);
    }
  });

  it('should not take sound for a VBR header', () => {
    const loud = frame(MPEG_1, 417, new Uint8Array(413).fill(0x55));
    expect(audioSeconds(repeat(loud, 100))).toBeCloseTo(100 * FRAME, 10);
  });

  it('should skip tags at the start and at the end', () => {
    const tag = bytes('TAG', new Uint8Array(125));
    expect(audioSeconds(bytes(id3(3_000), plain, plain, tag))).toBeCloseTo(2 * FRAME, 10);
    expect(audioSeconds(bytes(id3(300, 0x10), id3(5), plain, plain))).toBeCloseTo(2 * FRAME, 10);
    // The tag contains bytes that look like a frame.
    expect(audioSeconds(bytes(id3(0).subarray(0, 9), 8, plain.subarray(0, 8), plain, plain))).toBeCloseTo(
      2 * FRAME,
      10,
    );
  });

  it('should search a limited range for the first frame', () => {
    expect(audioSeconds(bytes(new Uint8Array(1_000), big(MPEG_1, 4), 1, 2, 3, plain, plain))).toBeCloseTo(
      2 * FRAME,
      10,
    );
    expect(audioSeconds(bytes(new Uint8Array(70_000), plain, plain))).toBeUndefined();
  });

  it('should not accept a single frame before other data, or two different frames', () => {
    expect(audioSeconds(plain)).toBeCloseTo(FRAME, 10);
    expect(audioSeconds(bytes(plain, new Uint8Array(20)))).toBeUndefined();
    expect(audioSeconds(bytes(plain, frame(mpegHead({ rate: 1 }), 384)))).not.toBeCloseTo(2 * FRAME, 2);
  });
});

describe('mpegFrame', () => {
  it.each([
    ['MPEG 1, layer 3', {}, { length: 417, samples: 1_152, sampleRate: 44_100, xingOffset: 36 }],
    ['MPEG 1, layer 2', { layer: 2, bitrate: 8, rate: 1 }, { length: 384, samples: 1_152, sampleRate: 48_000 }],
    [
      'MPEG 1, layer 1',
      { layer: 3, bitrate: 1, rate: 2, padding: 1 },
      { length: 52, samples: 384, sampleRate: 32_000 },
    ],
    [
      'MPEG 2, layer 3, mono',
      { version: 2, bitrate: 4, rate: 2, mode: 3 },
      { length: 144, samples: 576, sampleRate: 16_000, xingOffset: 13 },
    ],
    ['MPEG 2, layer 2', { version: 2, layer: 2, bitrate: 8 }, { samples: 1_152, sampleRate: 22_050, xingOffset: 21 }],
    ['MPEG 2.5, layer 3', { version: 0, bitrate: 2, rate: 0 }, { length: 104, samples: 576, sampleRate: 11_025 }],
  ])('should read the header of a frame of %s', (_what, head, expected) => {
    expect(mpegFrame(mpegHead(head))).toMatchObject(expected);
  });

  it.each([
    ['no mark', MPEG_1 & 0x7f_ff_ff_ff],
    ['no version', mpegHead({ version: 1 })],
    ['no layer', mpegHead({ layer: 0 })],
    ['a free bitrate', mpegHead({ bitrate: 0 })],
    ['a bitrate that there is not', mpegHead({ bitrate: 15 })],
    ['a rate that there is not', mpegHead({ rate: 3 })],
  ])('should find no frame for %s', (_what, head) => {
    expect(mpegFrame(head >>> 0)).toBeUndefined();
  });
});
