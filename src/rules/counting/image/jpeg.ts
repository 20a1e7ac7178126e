import type { ReadBytes } from '../ReadBytes.ts';
import type { PixelSize } from './PixelSize.ts';

/** The maximum number of segments that are read: photographs have about twenty before the frame. */
const MAX_SEGMENTS = 1_000;

/** The markers of a frame: C0 to CF except DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Markers without a length: TEM, RST, SOI. */
const isAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** The end of the image, and the start of its data: no frame follows them. */
const isEnd = (marker: number): boolean => marker === 0xd9 || marker === 0xda;

/**
 * Reads the size of a JPEG from the header of its frame, which it finds by going from segment to segment.
 *
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, Annex B
 */
export function jpegSize(read: ReadBytes): PixelSize | undefined {
  const start = read(0, 3);
  if (start[0] !== 0xff || start[1] !== 0xd8 || start[2] !== 0xff) return undefined;
  let at = 2;
  for (let segments = 0; segments < MAX_SEGMENTS; segments++) {
    const bytes = read(at, 9);
    if (bytes.length < 4 || bytes[0] !== 0xff) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const marker = view.getUint8(1);
    if (isEnd(marker)) return undefined;
    if (isFrame(marker)) {
      return bytes.length < 9 ? undefined : { width: view.getUint16(7), height: view.getUint16(5) };
    }
    // A marker may be preceded by fill bytes of the value FF.
    if (marker === 0xff) at += 1;
    else if (isAlone(marker)) at += 2;
    else at += 2 + view.getUint16(2);
  }
  return undefined;
}
