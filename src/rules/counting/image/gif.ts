import type { ReadBytes } from '../ReadBytes.ts';
import type { PixelSize } from './PixelSize.ts';

/**
 * Reads the size of a GIF's canvas from its header.
 *
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
export function gifSize(read: ReadBytes): PixelSize | undefined {
  const bytes = read(0, 10);
  if (bytes.length < 10 || !/^GIF8[79]a/.test(String.fromCharCode(...bytes))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}
