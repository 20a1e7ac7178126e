import { describe, expect, it } from 'vitest';
import { imageSize } from '../../../../src/rules/counting/image/imageSize.ts';
import { bytes } from '../../../util/bytes.ts';
import { dataUrl, jpeg } from './images.ts';

const size = { width: 640, height: 427 };
const sizeOf = (data: Uint8Array) => imageSize(dataUrl(data));
const jpegWith = (before: Uint8Array[], frame?: number) => jpeg(size.width, size.height, before, frame);

describe('jpegSize', () => {
  it('should know a frame of any process, and no table for one', () => {
    const markers = Array.from({ length: 16 }, (_, i) => 0xc0 + i);
    const tables = [0xc4, 0xc8, 0xcc];
    for (const marker of markers) {
      expect([marker, sizeOf(jpegWith([], marker))]).toEqual([marker, tables.includes(marker) ? undefined : size]);
    }
  });

  it.each([0x01, 0xd0, 0xd3, 0xd7, 0xd8])('should pass the marker %i, which no length follows', (marker) => {
    expect(sizeOf(jpegWith([bytes(0xff, marker)]))).toEqual(size);
  });

  it('should pass a segment with nothing in it', () => {
    expect(sizeOf(jpegWith([bytes(0xff, 0xe0, 0, 2)]))).toEqual(size);
  });

  it.each([
    ['the end of the image', 0xd9],
    ['its data', 0xda],
  ])('should look for no frame behind %s', (_what, marker) => {
    expect(sizeOf(jpegWith([bytes(0xff, marker, 0, 2)]))).toBeUndefined();
  });

  it('should not look for a marker where there is none', () => {
    expect(sizeOf(jpegWith([bytes(0xff, 0xe0, 0, 2), bytes(0xfe, 0xe0, 0, 2)]))).toBeUndefined();
  });

  it.each([0, 1, 2])('should need byte %i of its mark', (place) => {
    const data = jpegWith([]);
    data[place] = 0;
    expect(sizeOf(data)).toBeUndefined();
  });
});
