import { describe, expect, it } from 'vitest';
import { imageSize } from '../../../../src/rules/counting/image/imageSize.ts';
import { bytes } from '../../../util/bytes.ts';
import { dataUrl, jpeg } from './images.ts';

const size = { width: 640, height: 427 };
const sizeOf = (data: Uint8Array) => imageSize(dataUrl(data));
const jpegWith = (before: Uint8Array[], frame?: number) => jpeg(size.width, size.height, before, frame);

describe('jpegSize', () => {
  it('should find a frame of any process, and not confuse it with tables', () => {
    const markers = Array.from({ length: 16 }, (_, i) => 0xc0 + i);
    const tables = [0xc4, 0xc8, 0xcc];
    for (const marker of markers) {
      expect([marker, sizeOf(jpegWith([], marker))]).toEqual([marker, tables.includes(marker) ? undefined : size]);
    }
  });

  it.each([0x01, 0xd0, 0xd3, 0xd7, 0xd8])('should skip the marker %i, which has no length', (marker) => {
    expect(sizeOf(jpegWith([bytes(0xff, marker)]))).toEqual(size);
  });

  it('should skip an empty segment', () => {
    expect(sizeOf(jpegWith([bytes(0xff, 0xe0, 0, 2)]))).toEqual(size);
  });

  it.each([
    ['the end of the image', 0xd9],
    ['its data', 0xda],
  ])('should not look for a frame after %s', (_what, marker) => {
    expect(sizeOf(jpegWith([bytes(0xff, marker, 0, 2)]))).toBeUndefined();
  });

  it('should stop when no marker follows', () => {
    expect(sizeOf(jpegWith([bytes(0xff, 0xe0, 0, 2), bytes(0xfe, 0xe0, 0, 2)]))).toBeUndefined();
  });

  it.each([0, 1, 2])('should check byte %i of the signature', (place) => {
    const data = jpegWith([]);
    data[place] = 0;
    expect(sizeOf(data)).toBeUndefined();
  });
});
