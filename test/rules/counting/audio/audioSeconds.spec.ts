import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioSeconds } from '../../../../src/rules/counting/audio/audioSeconds.ts';
import { big, bytes } from '../../../util/bytes.ts';
import { box, ebml, element, flac, frame, ftyp, id3, mpegHead, opusHead, page, timeHeader, wav } from './sounds.ts';

const files = {
  wav: wav({ data: 100 }),
  flac: flac(44_100, 44_100),
  ogg: bytes(page(0, opusHead(0)), page(48_000, new Uint8Array(9))),
  mp4: bytes(ftyp, box('moov', timeHeader('mvhd', 1_000, 1_000), box('mvex', box('trex', new Uint8Array(24))))),
  fragments: bytes(
    ftyp,
    box('moov', timeHeader('mvhd', 1_000, 0)),
    box('moof', box('traf', box('trun', new Uint8Array(20)))),
  ),
  webm: bytes(ebml, element(0x18538067, bytes(element(0x1549a966, element(0x4489, bytes(big(0, 8))))))),
  mp3: bytes(id3(9), frame(mpegHead(), 417), frame(mpegHead(), 417)),
};

describe('audioSeconds', () => {
  it('should be undefined for other files', () => {
    expect(audioSeconds(new Uint8Array())).toBeUndefined();
    expect(audioSeconds(bytes('%PDF-1.7 and so on'))).toBeUndefined();
    expect(audioSeconds(new Uint8Array(100_000))).toBeUndefined();
    expect(audioSeconds(new Uint8Array(100_000).fill(0xff))).toBeUndefined();
  });

  it('should read bytes within a larger buffer, and not change them', () => {
    const inner = bytes('xyz', files.ogg, 'xyz').subarray(3, -3);
    const before = inner.slice();
    expect(audioSeconds(inner)).toBe(1);
    expect(inner).toEqual(before);
  });

  it('should ignore an impossible size', () => {
    expect(audioSeconds(files.flac, { size: 3 })).toBe(1);
    expect(audioSeconds(files.flac, { size: 0, tail: files.flac })).toBe(1);
  });

  it('should give the same result wherever a complete file is cut in two', () => {
    for (const whole of Object.values(files)) {
      const expected = audioSeconds(whole);
      for (let at = 0; at <= whole.length; at += 7) {
        expect(audioSeconds(whole.subarray(0, at), { tail: whole.subarray(at) })).toBe(expected);
      }
    }
  });

  it('should not take the end of a file for its missing middle', () => {
    const whole = wav({ data: 1_000 });
    for (let at = 30; at < 44; at++) {
      const end = { tail: whole.subarray(at + 20), size: whole.length };
      expect(audioSeconds(whole.subarray(0, at), end)).toBeUndefined();
    }
  });

  const broken = fc
    .record({
      file: fc.constantFrom(...Object.values(files)),
      changes: fc.array(fc.record({ at: fc.nat(300), value: fc.integer({ min: 0, max: 255 }) }), { maxLength: 12 }),
      kept: fc.nat(400),
    })
    .map(({ file, changes, kept }) => {
      const changed = file.slice(0, Math.max(kept, 4));
      for (const { at, value } of changes) changed[at % changed.length] = value;
      return changed;
    });

  it('should handle any bytes, and read each byte a bounded number of times', () => {
    const data = fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
      { weight: 4, arbitrary: broken },
    );
    fc.assert(
      fc.property(
        data,
        fc.uint8Array({ maxLength: 30 }),
        fc.option(fc.maxSafeNat(), { nil: undefined }),
        (head, tail, size) => {
          const read = countedReads(head);
          const seconds = audioSeconds(read.bytes, { tail, size });
          expect(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)).toBe(true);
          expect(read.count()).toBeLessThan(200 + 20 * head.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** Bytes that count how often they are read. */
function countedReads(data: Uint8Array): { bytes: Uint8Array; count: () => number } {
  let count = 0;
  const bytes = Object.assign(data.slice(), {
    subarray: (from: number, to: number) => {
      count++;
      return data.subarray(from, to);
    },
  });
  return { bytes, count: () => count };
}
