import { describe, expect, it } from 'vitest';
import { imageSize } from '../../../../src/rules/counting/image/imageSize.ts';
import { bytes } from '../../../util/bytes.ts';
import { dataUrl, webp } from './images.ts';

const size = { width: 640, height: 427 };
const sizeOf = (data: Uint8Array) => imageSize(dataUrl(data));

describe('webpSize', () => {
  it.each([
    ['lossy', webp.lossy(640, 427), 30],
    ['lossless', webp.lossless(640, 427), 25],
    ['extended', webp.extended(640, 427), 30],
  ])('should need only the header of a %s image', (_way, data, needed) => {
    expect(sizeOf(data.subarray(0, needed))).toEqual(size);
    expect(sizeOf(data.subarray(0, needed - 1))).toBeUndefined();
  });

  it.each([
    ['lossy', webp.lossy(640, 427), [0, 3, 8, 11, 23, 24, 25]],
    ['lossless', webp.lossless(640, 427), [0, 3, 8, 11, 20]],
    ['extended', webp.extended(640, 427), [0, 3, 8, 11]],
  ])('should check the signatures of a %s image', (_way, data, places) => {
    for (const place of places) {
      const changed = data.slice();
      changed[place] = 0x20;
      expect(sizeOf(changed)).toBeUndefined();
    }
  });

  it('should be undefined for an unknown first chunk', () => {
    const data = webp.extended(640, 427);
    expect(sizeOf(bytes(data.subarray(0, 12), 'ALPH', data.subarray(16)))).toBeUndefined();
  });
});
