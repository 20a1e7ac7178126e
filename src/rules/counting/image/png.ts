import type { ReadBytes } from '../ReadBytes.ts';
import type { PixelSize } from './PixelSize.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads the size of a PNG from its first chunk, IHDR.
 *
 * @see https://www.w3.org/TR/png-3/#11IHDR
 */
export function pngSize(read: ReadBytes): PixelSize | undefined {
  const bytes = read(0, 24);
  if (bytes.length < 24 || !SIGNATURE.every((byte, i) => bytes[i] === byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
