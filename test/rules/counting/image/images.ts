import { big, bytes, little } from '../../../util/bytes.ts';

export const dataUrl = (data: Uint8Array, type = 'image/png'): string =>
  `data:${type};base64,${Buffer.from(data).toString('base64')}`;

export const png = (width: number, height: number): Uint8Array =>
  bytes(0x89, 'PNG\r\n\u001a\n', big(13, 4), 'IHDR', big(width, 4), big(height, 4), 8, 6, 0, 0, 0, big(0, 4));

export const gif = (width: number, height: number, version = '89a'): Uint8Array =>
  bytes('GIF', version, little(width, 2), little(height, 2), 0, 0, 0);

const riff = (...body: Parameters<typeof bytes>): Uint8Array => bytes('RIFF', little(100, 4), 'WEBP', ...body);

export const webp = {
  lossy: (width: number, height: number): Uint8Array =>
    riff('VP8 ', little(50, 4), [0x30, 1, 0, 0x9d, 1, 0x2a], little(width, 2), little(height, 2), 0, 0),
  lossless: (width: number, height: number): Uint8Array =>
    riff('VP8L', little(50, 4), 0x2f, little(width - 1 + (height - 1) * 2 ** 14, 4), 0, 0),
  extended: (width: number, height: number): Uint8Array =>
    riff('VP8X', little(10, 4), 0, 0, 0, 0, little(width - 1, 3), little(height - 1, 3), 0),
};

/** A segment of a JPEG. */
export const segment = (marker: number, ...body: Parameters<typeof bytes>): Uint8Array => {
  const inner = bytes(...body);
  return bytes(0xff, marker, big(inner.length + 2, 2), inner);
};

export const jpeg = (width: number, height: number, before: Uint8Array[] = [], frame = 0xc0): Uint8Array =>
  bytes(
    0xff,
    0xd8,
    ...before,
    segment(frame, 8, big(height, 2), big(width, 2), 3, Array<number>(9).fill(0)),
    0xff,
    0xda,
  );
