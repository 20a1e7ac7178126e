import { big, bytes, little } from '../../../util/bytes.ts';

// Files as encoders write them, with silence or nothing in place of sound.

type Bytes = Uint8Array;
const silence = (length: number): Bytes => new Uint8Array(length);

export interface Wav {
  readonly form?: string;
  readonly tag?: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  /** The average in the header. */
  readonly bytesPerSecond?: number;
  /** The number of bytes of sound, and the number in the header. */
  readonly data?: number;
  readonly dataSize?: number;
  /** Chunks before the data. */
  readonly chunks?: readonly Bytes[];
}

export const chunk = (name: string, body: Bytes): Bytes =>
  bytes(name, little(body.length, 4), body, ...(body.length % 2 ? [0] : []));

export function wav({ form = 'RIFF', tag = 1, rate = 16_000, channels = 1, bits = 16, ...more }: Wav = {}): Bytes {
  const block = (channels * bits) / 8;
  const { bytesPerSecond = rate * block, data = rate * block, dataSize = data, chunks = [] } = more;
  const extension = tag === 0xfffe ? bytes(little(22, 2), little(bits, 2), silence(4), little(1, 2), silence(14)) : [];
  const format = bytes(
    [tag, channels].map((value) => little(value, 2)).flat(),
    little(rate, 4),
    little(bytesPerSecond, 4),
    little(block, 2),
    little(bits, 2),
    extension,
  );
  const body = bytes('WAVE', chunk('fmt ', format), ...chunks, 'data', little(dataSize, 4), silence(data));
  return bytes(form, little(body.length, 4), body);
}

/** An ID3v2 tag with `size` bytes of content. */
export const id3 = (size: number, flags = 0): Bytes =>
  bytes(
    'ID3',
    4,
    0,
    flags,
    [21, 14, 7, 0].map((shift) => (size >>> shift) & 127),
    silence(size),
    silence(flags ? 10 : 0),
  );

/** The header of an MPEG audio frame, by default for 128 kb/s and 44.1 kHz. */
export const mpegHead = ({ version = 3, layer = 1, bitrate = 9, rate = 0, padding = 0, mode = 0 } = {}): number =>
  ((0x7ff << 21) |
    (version << 19) |
    (layer << 17) |
    (1 << 16) |
    (bitrate << 12) |
    (rate << 10) |
    (padding << 9) |
    (mode << 6)) >>>
  0;

export function frame(head: number, length: number, content: Bytes = silence(0)): Bytes {
  return bytes(big(head, 4), content, silence(length - 4 - content.length));
}

export const flac = (rate: number, samples: number): Bytes =>
  bytes('fLaC', 0x80, big(34, 3), streamInfo(rate, samples));

const streamInfo = (rate: number, samples: number): Bytes =>
  bytes(
    silence(10),
    big(rate * 16 + 1, 3),
    0xf0 + Math.floor(samples / 2 ** 32),
    big(samples % 2 ** 32, 4),
    silence(16),
  );

/** An Ogg page with one packet of up to 254 bytes. */
export const page = (position: number | 'none', packet: Bytes, stream = 7): Bytes =>
  bytes(
    'OggS',
    0,
    0,
    position === 'none' ? Array<number>(8).fill(255) : little(position, 8),
    little(stream, 4),
    silence(8),
    1,
    packet.length,
    packet,
  );

export const opusHead = (skipped: number): Bytes =>
  bytes('OpusHead', 1, 1, little(skipped, 2), little(16_000, 4), silence(3));
export const vorbisHead = (rate: number): Bytes => bytes(1, 'vorbis', silence(4), 1, little(rate, 4), silence(14));
export const speexHead = (rate: number): Bytes => bytes('Speex   ', silence(28), little(rate, 4), silence(40));
export const oggFlacHead = (rate: number, samples: number): Bytes =>
  bytes(0x7f, 'FLAC', 1, 0, big(2, 2), 'fLaC', 0, big(34, 3), streamInfo(rate, samples));

export const box = (type: string, ...body: Parameters<typeof bytes>): Bytes => {
  const inner = bytes(...body);
  return bytes(big(inner.length + 8, 4), type, inner);
};

export const ftyp = box('ftyp', 'M4A ', silence(8));

/** The header of a movie, or of the media of a track, of either version. */
export const timeHeader = (type: string, timescale: number, duration: number, version = 0): Bytes => {
  const size = version === 1 ? 8 : 4;
  return box(type, version, silence(3 + 2 * size), big(timescale, 4), big(duration, size), silence(80));
};

/** An element of a WebM, of known size or not. */
export function element(id: number, body: Bytes, isOpen = false): Bytes {
  const length = Math.ceil(id.toString(16).length / 2);
  return bytes(big(id, length), isOpen ? 0xff : bytes(0x08, big(body.length, 4)), body);
}

export const ebml = element(0x1a45dfa3, silence(8));
