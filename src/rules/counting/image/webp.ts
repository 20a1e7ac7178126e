import type { ReadBytes } from '../ReadBytes.ts';
import type { PixelSize } from './PixelSize.ts';

/**
 * Reads the size of a WebP from its first chunk, in any of its three formats.
 *
 * @see https://developers.google.com/speed/webp/docs/riff_container
 */
export function webpSize(read: ReadBytes): PixelSize | undefined {
  const bytes = read(0, 30);
  if (bytes.length < 25) return undefined;
  const text = String.fromCharCode(...bytes.subarray(0, 16));
  if (!text.startsWith('RIFF') || text.slice(8, 12) !== 'WEBP') return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (text.slice(12)) {
    case 'VP8 ':
      return lossy(view);
    case 'VP8L':
      return lossless(view);
    case 'VP8X':
      return extended(view);
    default:
      return undefined;
  }
}

/** The header of a key frame: 14 bits per side, below two bits of scale. */
function lossy(view: DataView): PixelSize | undefined {
  if (view.byteLength < 30 || view.getUint8(23) !== 0x9d || view.getUint16(24) !== 0x01_2a) return undefined;
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** 14 bits per side, minus one. */
function lossless(view: DataView): PixelSize | undefined {
  if (view.getUint8(20) !== 0x2f) return undefined;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** 24 bits per side, minus one. */
function extended(view: DataView): PixelSize | undefined {
  if (view.byteLength < 30) return undefined;
  const read24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_00_00;
  return { width: read24(24) + 1, height: read24(27) + 1 };
}
