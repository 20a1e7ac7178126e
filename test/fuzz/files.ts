import * as fc from 'fast-check';
import { expect } from 'vitest';
import { audioSeconds } from '../../src/rules/counting/audio/audioSeconds.ts';
import { imageSize } from '../../src/rules/counting/image/imageSize.ts';
import {
  box,
  ebml,
  element,
  flac,
  frame,
  ftyp,
  id3,
  mpegHead,
  oggFlacHead,
  opusHead,
  page,
  speexHead,
  timeHeader,
  vorbisHead,
  wav,
} from '../rules/counting/audio/sounds.ts';
import { dataUrl, gif, jpeg, png, webp } from '../rules/counting/image/images.ts';
import { joined } from './bytes.ts';
import { target } from './Target.ts';

const sounds: readonly Uint8Array[] = [
  wav({ data: 64 }),
  wav({ form: 'RF64', data: 64 }),
  joined([id3(20), frame(mpegHead(), 417), frame(mpegHead(), 417)]),
  flac(44_100, 88_200),
  joined([page('none', opusHead(312)), page(48_000, new Uint8Array(20))]),
  joined([page(0, vorbisHead(44_100)), page(44_100, new Uint8Array(20))]),
  joined([page(0, speexHead(16_000)), page(16_000, new Uint8Array(20))]),
  page(0, oggFlacHead(16_000, 32_000)),
  joined([
    ftyp,
    box('moov', timeHeader('mvhd', 1_000, 5_000), box('trak', box('mdia', timeHeader('mdhd', 1_000, 5_000, 1)))),
  ]),
  joined([ebml, element(0x18538067, element(0x1549a966, new Uint8Array(20)), true)]),
];

const images: readonly Uint8Array[] = [png(3, 4), gif(3, 4), jpeg(3, 4), webp.lossy(3, 4), webp.lossless(3, 4)];

/** Files with some changed bytes, cut anywhere. Most of them are still recognizable. */
const spoiled = (whole: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...whole) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
      ),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff, 0x20, 0x41)), { maxLength: 6 }),
      fc.oneof(
        { weight: 2, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      ),
    )
    .map(([original, changes, part]) => {
      const bytes = original.slice(0, Math.ceil(original.length * part));
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    });

const sound = fc.record({
  bytes: spoiled(sounds),
  tail: fc.option(spoiled(sounds), { nil: undefined }),
  more: fc.constantFrom(0, 1, 1_000, 25e6, 2 ** 40),
});

export const FILES = [
  target('how long a sound is', 8_000, sound, ({ bytes, tail, more }) => {
    const size = bytes.length + (tail?.length ?? 0) + more;
    const seconds = more === 0 && tail === undefined ? audioSeconds(bytes) : audioSeconds(bytes, { size, tail });
    if (seconds !== undefined && !(Number.isFinite(seconds) && seconds >= 0)) throw new Error(`${seconds} seconds`);
  }),
  target('how large an image is', 8_000, spoiled(images), (bytes) => {
    const size = imageSize(dataUrl(bytes));
    if (size === undefined) return;
    const { width, height } = size;
    for (const side of [width, height]) expect(side).toSatisfy((value: number) => Number.isInteger(value) && value > 0);
  }),
];
