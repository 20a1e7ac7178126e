import { dataUrlReader } from './dataUrl.ts';
import { gifSize } from './gif.ts';
import { jpegSize } from './jpeg.ts';
import type { PixelSize } from './PixelSize.ts';
import { pngSize } from './png.ts';
import { webpSize } from './webp.ts';

/**
 * Reads the size of the image in a data URL from the image's own header: PNG, JPEG, WebP or GIF.
 *
 * @return Undefined for other URLs, whose image is not available, for other formats and for broken images.
 * @example
 * imageSize('data:image/gif;base64,R0lGODlhAQABAAAAACw='); // => { width: 1, height: 1 }
 */
export function imageSize(url: string): PixelSize | undefined {
  const read = dataUrlReader(url);
  if (read === undefined) return undefined;
  // The media type may be wrong, so the bytes decide.
  const size = pngSize(read) ?? jpegSize(read) ?? webpSize(read) ?? gifSize(read);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}
