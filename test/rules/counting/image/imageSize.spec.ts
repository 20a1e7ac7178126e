import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageSize } from '../../../../src/rules/counting/image/imageSize.ts';
import { bytes } from '../../../util/bytes.ts';
import { dataUrl, gif, jpeg, png, segment, webp } from './images.ts';

const sizeOf = (data: Uint8Array) => imageSize(dataUrl(data));
const size = { width: 640, height: 427 };
const { width, height } = size;

describe('imageSize', () => {
  it.each<[string, Uint8Array]>([
    ['PNG', png(width, height)],
    ['GIF of 1989', gif(width, height)],
    ['GIF of 1987', gif(width, height, '87a')],
    ['lossy WebP', webp.lossy(width, height)],
    ['lossless WebP', webp.lossless(width, height)],
    ['extended WebP', webp.extended(width, height)],
    ['baseline JPEG', jpeg(width, height)],
    ['progressive JPEG', jpeg(width, height, [], 0xc2)],
    [
      'JPEG of a photograph',
      jpeg(width, height, [segment(0xe1, new Uint8Array(60_000)), segment(0xdb, new Uint8Array(64))]),
    ],
    ['JPEG with Huffman tables first', jpeg(width, height, [segment(0xc4, new Uint8Array(30))])],
    ['JPEG with filled up markers', jpeg(width, height, [bytes(0xff, 0xff), bytes(0xff, 0x01)])],
  ])('should read the size of a %s', (_what, data) => {
    expect(sizeOf(data)).toEqual(size);
  });

  it('should read the largest sizes of each format', () => {
    expect(sizeOf(png(2 ** 31 - 1, 2 ** 31 - 1))).toEqual({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 });
    expect(sizeOf(webp.lossless(16_384, 16_384))).toEqual({ width: 16_384, height: 16_384 });
    expect(sizeOf(webp.extended(2 ** 24, 2 ** 24))).toEqual({ width: 2 ** 24, height: 2 ** 24 });
    expect(sizeOf(jpeg(65_535, 65_535))).toEqual({ width: 65_535, height: 65_535 });
  });

  it('should use the bytes and not the media type', () => {
    expect(imageSize(dataUrl(jpeg(width, height), 'image/png'))).toEqual(size);
    expect(imageSize(dataUrl(png(width, height), 'IMAGE/PNG;name=a.png'))).toEqual(size);
  });

  it('should be undefined for a remote or an invalid image', () => {
    expect(imageSize('https://example.com/a.png')).toBeUndefined();
    expect(imageSize('data:image/svg+xml,<svg width="1" height="1"/>')).toBeUndefined();
    expect(imageSize('data:image/png;base64,')).toBeUndefined();
    expect(imageSize('data:image/png;base64,%89PNG')).toBeUndefined();
    expect(imageSize('data:image/png;base64,iVBOR')).toBeUndefined();
    expect(sizeOf(png(0, 10))).toBeUndefined();
    expect(sizeOf(png(10, 0))).toBeUndefined();
    expect(sizeOf(bytes(0, gif(1, 1)))).toBeUndefined();
    expect(sizeOf(bytes('RIFF', 0, 0, 0, 0, 'WAVEfmt ', new Uint8Array(20)))).toBeUndefined();
    // The image data, and the end of the image, before any frame.
    expect(sizeOf(bytes(0xff, 0xd8, 0xff, 0xda, new Uint8Array(40)))).toBeUndefined();
    expect(sizeOf(bytes(0xff, 0xd8, 0xff, 0xd9, new Uint8Array(40)))).toBeUndefined();
  });

  it('should check every byte of the PNG signature', () => {
    for (let place = 0; place < 8; place++) {
      const changed = png(1, 1);
      changed[place] = 0;
      expect(sizeOf(changed)).toBeUndefined();
    }
  });

  it('should be undefined when the image is cut before its size', () => {
    for (const whole of [
      png(1, 1),
      gif(1, 1),
      webp.lossy(1, 1),
      webp.extended(1, 1),
      jpeg(1, 1, [segment(0xe0, 'JFIF')]),
    ]) {
      const needed = Array.from({ length: whole.length + 1 }, (_, i) => i).find((n) => sizeOf(whole.subarray(0, n)));
      expect(needed).toBeGreaterThanOrEqual(10);
      expect(needed).toBeLessThanOrEqual(whole.length);
    }
  });

  it('should ignore everything after the size, even if it is not base64', () => {
    for (const data of [png(width, height), jpeg(width, height)]) {
      expect(imageSize(`${dataUrl(data)}%%%%`)).toEqual(size);
    }
    expect(imageSize(`data:image/png;base64,%%%%${dataUrl(png(width, height)).slice(22)}`)).toBeUndefined();
  });

  it('should read at most a thousand segments of a JPEG', () => {
    const many = Array.from({ length: 999 }, () => segment(0xe2, 'x'));
    expect(sizeOf(jpeg(width, height, many))).toEqual(size);
    expect(sizeOf(jpeg(width, height, [...many, segment(0xe2, 'x')]))).toBeUndefined();
  });

  it.each(['', '=', '==', 'A=', 'AB=', 'ABC=='])('should be undefined for the base64 %j', (base64) => {
    expect(imageSize(`data:image/png;base64,${base64}`)).toBeUndefined();
  });

  it('should handle any bytes', () => {
    const starts = [png(9, 9), gif(9, 9), jpeg(9, 9), webp.lossy(9, 9), webp.lossless(9, 9), webp.extended(9, 9)];
    const broken = fc
      .tuple(fc.constantFrom(...starts), fc.nat(40), fc.uint8Array({ maxLength: 60 }))
      .map(([start, kept, rest]) => bytes(start.subarray(0, kept), rest));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), broken), (data) => {
        const found = sizeOf(data);
        expect(found === undefined || (found.width > 0 && found.height > 0)).toBe(true);
      }),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (rest) => {
        expect(imageSize(`data:image/png;base64,${rest}`)).toBeUndefined();
      }),
    );
  });
});
